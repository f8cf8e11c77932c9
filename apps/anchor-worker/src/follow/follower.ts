import type { Pin } from '#libs/evidence';
import { followBlocks, type Ledger } from '#libs/ledger';
import {
  type BlockFacts,
  beginProjection,
  type LedgerCheckpoint,
  ledgerCheckpoint,
  noteHeight,
  projectBlocks,
  type Query,
  type Transact,
} from '#libs/store';
import { blockFacts } from './block-facts.js';

const POLL_MS = 1_000;
const MOST_BLOCKS = 50;
const MOST_BYTES = 16 * 1024 * 1024;

export interface FollowerParts {
  query: Query;
  transact: Transact;
  ledger: Pick<Ledger, 'height' | 'blockAt'>;
  pin: Pin;
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
    const options = { from: at.block + 1n, pollMs: POLL_MS, most: MOST_BLOCKS, mostBytes: MOST_BYTES, signal };
    for await (const { blocks, height } of followBlocks(ledger, options)) {
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

  private async project(at: LedgerCheckpoint, blocks: readonly Uint8Array[]): Promise<LedgerCheckpoint> {
    const { transact, pin } = this.parts;
    const facts: BlockFacts[] = [];
    let previous: Uint8Array = at.headerHash;
    for (const block of blocks) {
      const one = blockFacts(block, previous, pin);
      previous = one.headerHash;
      facts.push(one);
    }
    if (!(await projectBlocks(transact, at.block, facts))) throw new Overtaken('another process follows the ledger');
    return { block: facts.at(-1)?.number ?? at.block, headerHash: Buffer.from(previous) };
  }
}
