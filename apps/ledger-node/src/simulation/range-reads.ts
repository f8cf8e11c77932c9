// Fabric read-write sets, QueryReads: up to 50 raw reads; beyond that the maximum level of a hash tree over runs of 51
import { createHash } from 'node:crypto';
import { ledger } from '@hyperledger/fabric-protos';
import type { KeyRead, RangeRead } from '#libs/fabric-block';

const { kvrwset } = ledger.rwset;
export const MAX_DEGREE = 50;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

function encodeReads(reads: readonly KeyRead[]): Uint8Array {
  const message = new kvrwset.QueryReads();
  for (const { key, version } of reads) {
    const read = new kvrwset.KVRead();
    read.setKey(key);
    if (version) {
      const height = new kvrwset.Version();
      height.setBlockNum(version.block);
      height.setTxNum(version.transaction);
      read.setVersion(height);
    }
    message.addKvReads(read);
  }
  return message.serializeBinary();
}

/** Collects what a range query returned, in order, into the form that validation compares. */
export class RangeReads {
  private pending: KeyRead[] = [];
  /** Hashes by level; level 0 of the tree is the raw reads and is not kept here. */
  private readonly levels: Uint8Array[][] = [];

  constructor(private readonly maxDegree = MAX_DEGREE) {}

  add(read: KeyRead): void {
    this.pending.push(read);
    if (this.pending.length > this.maxDegree) this.hashPending();
  }

  private hashPending(): void {
    this.push(0, sha256(encodeReads(this.pending)));
    this.pending = [];
  }

  private push(level: number, hash: Uint8Array): void {
    const hashes = this.levels[level] ?? [];
    this.levels[level] = hashes;
    hashes.push(hash);
    if (hashes.length <= this.maxDegree) return;
    this.levels[level] = [];
    this.push(level + 1, sha256(Buffer.concat(hashes)));
  }

  /** Folds what is left on lower levels up to the highest one. */
  private fold(): void {
    for (let level = 0; level < this.levels.length - 1; level += 1) {
      const hashes = this.levels[level]!;
      if (hashes.length === 0) continue;
      this.levels[level] = [];
      this.levels[level + 1]!.push(hashes.length === 1 ? hashes[0]! : sha256(Buffer.concat(hashes)));
    }
    const top = this.levels.at(-1)!;
    if (top.length <= this.maxDegree) return;
    this.levels[this.levels.length - 1] = [];
    this.levels.push([sha256(Buffer.concat(top))]);
  }

  /** To be called once, at the end. Neither field where nothing was read. */
  done(): Pick<RangeRead, 'reads' | 'merkle'> {
    if (this.levels.length === 0) return this.pending.length === 0 ? {} : { reads: this.pending };
    if (this.pending.length > 0) this.hashPending();
    this.fold();
    return { merkle: { maxDegree: this.maxDegree, maxLevel: this.levels.length, hashes: this.levels.at(-1)! } };
  }
}
