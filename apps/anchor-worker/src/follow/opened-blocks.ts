import type { LedgerTrust, Pin } from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import type { BlockFacts } from '#libs/store';
import { factsOf } from './block-facts.js';

/** What a block says, and which block it follows. */
export interface KnownBlock {
  facts: BlockFacts;
  previousHash: Uint8Array;
}

/** More are not remembered: they are read from the ledger again. */
const REMEMBERED = 64;

/** Opens blocks and remembers what they say, but not their bytes, so that those of our own batches are read and checked once. */
export class OpenedBlocks {
  private readonly known = new Map<bigint, KnownBlock>();

  constructor(private readonly pin: Pin) {}

  /** As openBlock of fabric-block, under whatever trust; what was opened under the pin is remembered. */
  readonly open = (bytes: Uint8Array, trust: LedgerTrust): ReturnType<typeof openBlock> => {
    const opened = openBlock(bytes, trust);
    if (trust === this.pin) this.remember({ facts: factsOf(opened, this.pin), previousHash: opened.previousHash });
    return opened;
  };

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
