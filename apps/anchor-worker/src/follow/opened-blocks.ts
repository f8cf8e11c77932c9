import { type AnchoredBatch, openBatch, type Pin } from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import type { BlockFacts } from '#libs/store';
import { type Doubt, doubtsOf, factsOf } from './block-facts.js';

/** What a block says, and which block it follows. */
export interface KnownBlock {
  facts: BlockFacts;
  doubts: Doubt[];
  previousHash: Uint8Array;
}

/** More are not remembered: they are read from the ledger again. */
const REMEMBERED = 64;

/** Opens blocks and remembers what those of our own batches say, but not their bytes, so that they are read and checked once. */
export class OpenedBlocks {
  private readonly known = new Map<bigint, KnownBlock>();

  constructor(private readonly pin: Pin) {}

  /** The batch in this transaction, as openBatch of evidence has it; what its block says is remembered. */
  batch(block: Uint8Array, txId: string): AnchoredBatch {
    const opened = openBlock(block, this.pin);
    const batch = openBatch(block, txId, this.pin, () => opened);
    // Copied: as it is, it is a part of the block and would keep all of that in memory.
    const previousHash = Buffer.from(opened.previousHash);
    this.remember({ facts: factsOf(opened, this.pin, batch.log), doubts: doubtsOf(opened, this.pin), previousHash });
    return batch;
  }

  /** What the block of this number says, if it was opened lately. It is given once. */
  take(number: bigint): KnownBlock | undefined {
    const known = this.known.get(number);
    this.known.delete(number);
    return known;
  }

  private remember(block: KnownBlock): void {
    this.known.set(block.facts.number, block);
    const [oldest] = this.known.keys();
    if (this.known.size > REMEMBERED && oldest !== undefined) this.known.delete(oldest);
  }
}
