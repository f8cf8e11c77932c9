// Hyperledger Fabric 3.1, kvrwset/kv_rwset.proto: QueryReadsMerkleSummary, the reads of a long range as a few hashes
import { readsMessage } from './encode-read-write-set.js';
import type { KeyRead, RangeRead } from './read-write-set.js';
import { sha256 } from './sha256.js';

/** How many reads or hashes stand side by side before they are hashed into one; what peers use. */
export const RANGE_DEGREE = 50;

/** Collects what a range query returned, in its order, into what goes into the read-write set. */
export class RangeSummary {
  readonly #degree: number;
  #pending: KeyRead[] = [];
  /** Hashes by level, the lowest first. */
  #levels: Uint8Array[][] = [];

  /** `degree` is at least 2. */
  constructor(degree = RANGE_DEGREE) {
    if (degree < 2) throw new RangeError('the degree of a range summary is at least 2');
    this.#degree = degree;
  }

  add(read: KeyRead): void {
    this.#pending.push(read);
    if (this.#pending.length > this.#degree) this.#hashPending();
  }

  /** To be called once. Raw reads up to the degree, hashes beyond, and neither where nothing was read. */
  done(): Pick<RangeRead, 'reads' | 'merkle'> {
    if (this.#levels.length === 0) return this.#pending.length > 0 ? { reads: this.#pending } : {};
    if (this.#pending.length > 0) this.#hashPending();
    this.#fold();
    const hashes = this.#levels.at(-1)!;
    return { merkle: { maxDegree: this.#degree, maxLevel: this.#levels.length, hashes } };
  }

  #hashPending(): void {
    this.#push(0, sha256(readsMessage(this.#pending).serializeBinary()));
    this.#pending = [];
  }

  #push(level: number, hash: Uint8Array): void {
    const hashes = [...(this.#levels[level] ?? []), hash];
    const full = hashes.length > this.#degree;
    this.#levels[level] = full ? [] : hashes;
    if (full) this.#push(level + 1, sha256(...hashes));
  }

  /** Carries what is left on lower levels up; a single hash goes as it is. */
  #fold(): void {
    for (let level = 0; level < this.#levels.length - 1; level++) {
      const hashes = this.#levels[level]!;
      this.#levels[level] = [];
      if (hashes.length > 0) this.#levels[level + 1]!.push(hashes.length === 1 ? hashes[0]! : sha256(...hashes));
    }
    const top = this.#levels.at(-1)!;
    if (top.length > this.#degree) this.#levels.push([sha256(...top)]);
  }
}
