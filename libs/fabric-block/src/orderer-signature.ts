// Hyperledger Fabric 3.1, common/common.proto: MetadataSignature over metadata.value || signature_header || header bytes
import { common } from '@hyperledger/fabric-protos';
import { type Block, METADATA } from './block.js';
import { BlockError } from './block-error.js';
import { headerBytes } from './block-hash.js';
import { decodeMessage } from './canonical-message.js';
import { decodeSignatureHeader } from './header.js';
import type { Member, Membership } from './membership.js';

/**
 * The orderer who signed the header of the block: a member with the role orderer. Every signature there is must be
 * good. Throws BlockError ORDERER, IDENTITY, SIGNATURE or MALFORMED. The genesis block has no signature and is
 * refused: it is compared by its hash.
 */
export function checkOrdererSignature(block: Block, orderers: Membership, at?: Date): Member {
  const slot = block.metadata[METADATA.SIGNATURES] ?? new Uint8Array();
  const metadata = decodeMessage(common.Metadata, slot, 'SIGNATURES metadata');
  const signers = metadata.getSignaturesList().map((signature) => {
    const signatureHeader = signature.getSignatureHeader_asU8();
    const orderer = orderers.member(decodeSignatureHeader(signatureHeader).creator, at);
    const signed = Buffer.concat([metadata.getValue_asU8(), signatureHeader, headerBytes(block)]);
    if (orderer.role !== 'orderer') {
      throw new BlockError('ORDERER', `Block ${block.number} is signed by a member that is no orderer.`);
    }
    if (orderer.verify(signed, signature.getSignature_asU8())) return orderer;
    throw new BlockError('SIGNATURE', `The signature of the orderer on block ${block.number} is wrong.`);
  });
  const [first] = signers;
  if (!first) throw new BlockError('ORDERER', `Block ${block.number} has no signature of an orderer.`);
  return first;
}

/** Number of the latest configuration block, as the orderer signed it. Throws BlockError MALFORMED. */
export function lastConfig(block: Block): number {
  const slot = block.metadata[METADATA.SIGNATURES] ?? new Uint8Array();
  const value = decodeMessage(common.Metadata, slot, 'SIGNATURES metadata').getValue_asU8();
  return decodeMessage(common.OrdererBlockMetadata, value, 'orderer metadata').getLastConfig()?.getIndex() ?? 0;
}
