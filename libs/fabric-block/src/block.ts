// Hyperledger Fabric 3.1, common/common.proto: Block
import { common } from '@hyperledger/fabric-protos';
import { BlockError } from './block-error.js';
import { decodeMessage, present } from './canonical-message.js';

export interface Block {
  /** Safe integer. */
  number: number;
  /** Header hash of the block before; empty in block 0. */
  previousHash: Uint8Array;
  dataHash: Uint8Array;
  /** Encoded envelopes. */
  data: Uint8Array[];
  /** By the numbers of `METADATA`. Each an encoded common.Metadata or empty, but slot 2: one byte a transaction. */
  metadata: Uint8Array[];
}

/** Slots of the block metadata. The ORDERER slot is obsolete and stays empty. */
export const METADATA = { SIGNATURES: 0, LAST_CONFIG: 1, TRANSACTIONS_FILTER: 2, ORDERER: 3, COMMIT_HASH: 4 } as const;

export function encodeBlock(block: Block): Uint8Array {
  const header = new common.BlockHeader();
  header.setNumber(block.number);
  header.setPreviousHash(block.previousHash);
  header.setDataHash(block.dataHash);
  const data = new common.BlockData();
  data.setDataList(block.data);
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList(block.metadata);
  const message = new common.Block();
  message.setHeader(header);
  message.setData(data);
  message.setMetadata(metadata);
  return message.serializeBinary();
}

/** Throws BlockError MALFORMED, also for bytes that are not the canonical encoding of a block. Checks no hash. */
export function decodeBlock(bytes: Uint8Array): Block {
  const message = decodeMessage(common.Block, bytes, 'block');
  const header = present(message.getHeader(), 'header of the block');
  const block = {
    number: header.getNumber(),
    previousHash: header.getPreviousHash_asU8(),
    dataHash: header.getDataHash_asU8(),
    data: present(message.getData(), 'data of the block').getDataList_asU8(),
    metadata: present(message.getMetadata(), 'metadata of the block').getMetadataList_asU8(),
  };
  if (!Number.isSafeInteger(block.number)) throw new BlockError('MALFORMED', 'The block number is beyond 2^53.');
  return block;
}
