// Hyperledger Fabric 3.1 documentation, "Ledger": block header hash and block data hash

import type { Block } from './block.js';
import { BlockError } from './block-error.js';
import { derInteger, derOctetString, derSequence } from './der.js';
import { sha256 } from './sha256.js';

type Header = Pick<Block, 'number' | 'previousHash' | 'dataHash'>;

/**
 * DER SEQUENCE{INTEGER number, OCTET STRING previousHash, OCTET STRING dataHash}: what the orderer signs and the next
 * block refers to.
 */
export function headerBytes(header: Header): Uint8Array {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(header.number));
  return derSequence(derInteger(number), derOctetString(header.previousHash), derOctetString(header.dataHash));
}

export function headerHash(header: Header): Uint8Array {
  return sha256(headerBytes(header));
}

/** SHA-256 of the envelopes put end to end. */
export function dataHash(data: readonly Uint8Array[]): Uint8Array {
  return sha256(...data);
}

/** The data are those the header commits to. Throws BlockError DATA_HASH. */
export function checkDataHash(block: Block): void {
  if (Buffer.compare(dataHash(block.data), block.dataHash) === 0) return;
  throw new BlockError(
    'DATA_HASH',
    `The transactions of block ${block.number} do not match the data hash in its header.`,
  );
}

/** `block` is the one after `previous`. Throws BlockError PREVIOUS_HASH. */
export function checkPrevious(block: Header, previous: Header): void {
  const follows = block.number === previous.number + 1;
  if (follows && Buffer.compare(block.previousHash, headerHash(previous)) === 0) return;
  throw new BlockError(
    'PREVIOUS_HASH',
    `Block ${block.number} does not follow the block ${previous.number} given before it.`,
  );
}
