import { randomBytes } from 'node:crypto';
import { CompactRange } from '#libs/merkle';

/** 33 bytes each: with their Base64 and the rest the contract writes 7 KB. */
const LEAVES = 155;

/** The batches of one site's log, one after the other. */
export class Batches {
  private readonly range = CompactRange.of(0, []);

  constructor(private readonly site: string) {}

  next(): object {
    const first = this.range.size;
    const entries = Array.from({ length: LEAVES }, () => Buffer.concat([Buffer.of(1), randomBytes(32)]));
    for (const entry of entries) this.range.append(entry.subarray(1));
    return {
      site: this.site,
      first,
      size: this.range.size,
      leaves: Buffer.concat(entries).toString('base64'),
      root: this.range.root().toString('base64'),
    };
  }
}
