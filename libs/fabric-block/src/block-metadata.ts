// Hyperledger Fabric 3.1, common/common.proto: Metadata, MetadataSignature, OrdererBlockMetadata; a block as the orderer makes it and a peer keeps it
import { randomBytes } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { type Block, METADATA } from './block.js';
import { dataHash, headerBytes } from './block-hash.js';
import { decodeMessage } from './canonical-message.js';
import { encodeSignatureHeader } from './header.js';
import type { SigningIdentity } from './identity.js';

export interface BlockOptions {
  number: number;
  /** Header hash of the block before. */
  previousHash: Uint8Array;
  /** Encoded envelopes, at least one. */
  data: readonly Uint8Array[];
  /** Number of the latest configuration block. */
  lastConfig: number;
  orderer: SigningIdentity;
}

/**
 * An ordered and signed block. Flags and commit hash are empty until `commitBlock`; two calls differ by their nonce.
 */
export function assembleBlock(options: BlockOptions): Block {
  const data = [...options.data];
  const header = { number: options.number, previousHash: options.previousHash, dataHash: dataHash(data) };
  const metadata: Uint8Array[] = Array.from({ length: 5 }, () => new Uint8Array());
  metadata[METADATA.SIGNATURES] = signedMetadata(header, options.lastConfig, options.orderer);
  return { ...header, data, metadata };
}

function signedMetadata(
  header: Pick<Block, 'number' | 'previousHash' | 'dataHash'>,
  lastConfig: number,
  orderer: SigningIdentity,
): Uint8Array {
  const value = ordererMetadata(lastConfig);
  const signatureHeader = encodeSignatureHeader({ creator: orderer.creator, nonce: randomBytes(24) });
  const signature = new common.MetadataSignature();
  signature.setSignatureHeader(signatureHeader);
  signature.setSignature(orderer.sign(Buffer.concat([value, signatureHeader, headerBytes(header)])));
  return metadataBytes(value, [signature]);
}

/** OrdererBlockMetadata that names the latest configuration block. */
export function ordererMetadata(lastConfig: number): Uint8Array {
  const index = new common.LastConfig();
  index.setIndex(lastConfig);
  const message = new common.OrdererBlockMetadata();
  message.setLastConfig(index);
  return message.serializeBinary();
}

/** Encoded common.Metadata. */
export function metadataBytes(value: Uint8Array, signatures: common.MetadataSignature[] = []): Uint8Array {
  const message = new common.Metadata();
  message.setValue(value);
  message.setSignaturesList(signatures);
  return message.serializeBinary();
}

/** The block as a peer keeps it: one flag a transaction, and the commit hash where there is one (not in block 0). */
export function commitBlock(block: Block, flags: Uint8Array, commitHash?: Uint8Array): Block {
  const metadata = [...block.metadata];
  metadata[METADATA.TRANSACTIONS_FILTER] = flags;
  metadata[METADATA.COMMIT_HASH] = commitHash ? metadataBytes(commitHash) : new Uint8Array();
  return { ...block, metadata };
}

/** One byte a transaction: numbers of `VALIDATION_CODE`. The peer's own finding, signed by nobody. */
export function blockFlags(block: Block): Uint8Array {
  return block.metadata[METADATA.TRANSACTIONS_FILTER] ?? new Uint8Array();
}

/** The COMMIT_HASH a peer wrote; undefined where there is none. Throws BlockError MALFORMED. */
export function blockCommitHash(block: Block): Uint8Array | undefined {
  const slot = block.metadata[METADATA.COMMIT_HASH];
  return slot?.length ? decodeMessage(common.Metadata, slot, 'COMMIT_HASH metadata').getValue_asU8() : undefined;
}
