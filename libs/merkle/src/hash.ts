// RFC 6962 section 2.1: Merkle hash trees, leaf and node hashes kept apart by a first byte
import { createHash, hash } from 'node:crypto';

/** Bytes in a hash of this tree (SHA-256). */
export const HASH_SIZE = 32;

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
/** What is hashed of two hashes; one for all, because nothing else runs between filling and hashing it. */
const PAIR = Buffer.alloc(1 + 2 * HASH_SIZE, 1);

/** The root of a tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Buffer = createHash('sha256').digest();

/** Hash of one leaf: SHA-256(0x00 || data). */
export function leafHash(data: Uint8Array): Buffer {
  return sha256(Buffer.concat([LEAF, data]));
}

/** Hash of an inner node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_SIZE || right.length !== HASH_SIZE)
    return createHash('sha256').update(NODE).update(left).update(right).digest();
  PAIR.set(left, 1);
  PAIR.set(right, 1 + HASH_SIZE);
  return sha256(PAIR);
}

/** As text and back: a buffer of its own for each hash costs three times as much as hashing. */
function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');
}

/** Hashes of inner nodes: of each two neighbours of `hashes`, which lie one behind the other; of an odd last one none. */
export function pairHashes(hashes: Uint8Array): Buffer {
  const pairs = Math.floor(hashes.length / (2 * HASH_SIZE));
  const above = Buffer.allocUnsafe(pairs * HASH_SIZE);
  for (let pair = 0; pair < pairs; pair += 1) {
    PAIR.set(hashes.subarray(2 * pair * HASH_SIZE, 2 * (pair + 1) * HASH_SIZE), 1);
    above.write(hash('sha256', PAIR, 'binary'), pair * HASH_SIZE, 'latin1');
  }
  return above;
}

/** Whether two hashes are the same bytes. Hashes are public here, so the time it takes may differ. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
