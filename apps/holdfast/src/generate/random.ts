// Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3 (2011): a block cipher over a counter
import { createCipheriv, createHash } from 'node:crypto';

const BLOCK = 4096;

/** Numbers that are the same for the same seed on every machine. They decide nothing that must be secret. */
export class Random {
  readonly #cipher;
  #block = Buffer.alloc(0);
  #at = 0;

  constructor(seed: string) {
    this.#cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16));
  }

  /** In [0, 1). */
  next(): number {
    return this.#bytes(4).readUInt32LE() / 0x1_0000_0000;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }

  /** About `mean`, seldom further off than three times `deviation`, with that many decimals. */
  near(mean: number, deviation: number, decimals = 0): number {
    const bell = this.next() + this.next() + this.next() + this.next() - 2;
    return Number((mean + bell * 1.73 * deviation).toFixed(decimals));
  }

  /** RFC 9562 section 5.4. */
  uuid(): string {
    const bytes = Buffer.from(this.#bytes(16));
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  #bytes(length: number): Buffer {
    if (this.#at + length > this.#block.length) {
      this.#block = this.#cipher.update(Buffer.alloc(BLOCK));
      this.#at = 0;
    }
    this.#at += length;
    return this.#block.subarray(this.#at - length, this.#at);
  }
}
