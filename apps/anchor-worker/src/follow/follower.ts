import type { Pin } from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import { followBlocks, type Ledger } from '#libs/ledger';
import {
  beginProjection,
  type LedgerCheckpoint,
  ledgerCheckpoint,
  noteHeight,
  projectBlocks,
  type Query,
  type Transact,
} from '#libs/store';
import { checkFollows, type Doubt, doubtsOf, factsOf } from './block-facts.js';
import type { KnownBlock, OpenedBlocks } from './opened-blocks.js';

const POLL_MS = 1_000;
const MOST_BLOCKS = 50;

export interface FollowerParts {
  query: Query;
  transact: Transact;
  ledger: Pick<Ledger, 'height' | 'blockAt'>;
  pin: Pin;
  /** Knows what the blocks of our own batches say. */
  blocks: OpenedBlocks;
  /** Hears of what cannot be followed, of each block once in the life of a checkpoint. */
  doubted?: (doubt: Doubt) => void;
}

/** Another process has moved the checkpoint: begin again behind it. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/**
 * Follows the ledger into Postgres: heads of all sites, Consents, violations. What follows from a block is committed with the
 * checkpoint behind it, so that it counts once however often the worker is killed, and so that a replay from the genesis
 * block gives the same rows.
 */
export class Follower {
  constructor(private readonly parts: FollowerParts) {}

  /** Until `signal` aborts, or something fails: then call again. */
  async follow(signal: AbortSignal): Promise<void> {
    const { query, ledger } = this.parts;
    let at = await this.checkpoint();
    const options = { from: at.block + 1n, pollMs: POLL_MS, most: MOST_BLOCKS, signal };
    for await (const { blocks, height } of followBlocks(ledger, (number) => this.read(number), options)) {
      at = await this.project(at, blocks);
      await noteHeight(query, height);
    }
  }

  private async checkpoint(): Promise<LedgerCheckpoint> {
    const { query, pin } = this.parts;
    await beginProjection(query, Buffer.from(pin.genesis, 'hex'));
    const checkpoint = await ledgerCheckpoint(query);
    if (checkpoint === undefined) throw new Overtaken('the checkpoint is gone');
    return checkpoint;
  }

  private async read(number: bigint): Promise<KnownBlock> {
    const { ledger, pin, blocks } = this.parts;
    const known = blocks.take(number);
    if (known !== undefined) return known;
    const opened = openBlock(await ledger.blockAt(number), pin);
    return { facts: factsOf(opened, pin), doubts: doubtsOf(opened, pin), previousHash: opened.previousHash };
  }

  private async project(at: LedgerCheckpoint, blocks: readonly KnownBlock[]): Promise<LedgerCheckpoint> {
    let previous: Uint8Array = at.headerHash;
    for (const { facts, previousHash } of blocks) {
      checkFollows(facts.number, previousHash, previous);
      previous = facts.headerHash;
    }
    const facts = blocks.map((block) => block.facts);
    if (!(await projectBlocks(this.parts.transact, at.block, facts)))
      throw new Overtaken('another process follows the ledger');
    for (const doubt of blocks.flatMap(({ doubts }) => doubts)) this.parts.doubted?.(doubt);
    return { block: facts.at(-1)?.number ?? at.block, headerHash: Buffer.from(previous) };
  }
}
