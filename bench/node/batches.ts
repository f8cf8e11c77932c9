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
    const entries = randomBytes(LEAVES * 33);
    for (let at = 0; at < entries.length; at += 33) {
      entries[at] = 1;
      this.range.append(entries.subarray(at + 1, at + 33));
    }
    return {
      site: this.site,
      first,
      size: this.range.size,
      leaves: entries.toString('base64'),
      root: this.range.root().toString('base64'),
    };
  }
}
