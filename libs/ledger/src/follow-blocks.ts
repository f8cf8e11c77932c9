import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.js';

/** Blocks that followed each other without a gap, and how many the ledger had when it was asked. */
export interface BlocksRead<Block> {
  /** In order; none when there was nothing new. */
  blocks: Block[];
  height: bigint;
}

export interface Following {
  /** Number of the first block wanted. */
  from: bigint;
  /** Milliseconds between two looks where there is nothing new. */
  pollMs: number;
  /** Most blocks in one go. */
  most: number;
  signal: AbortSignal;
}

/**
 * Follows the ledger block by block, for ever: the caller keeps its place and begins again behind it. Whole blocks are read (by
 * `read`, which makes of each what the caller wants to keep) and not the events that a peer tells of, so that everything that is
 * acted upon carries its signatures. Ends when `signal` aborts; throws the LedgerError of a ledger that is away.
 */
export async function* followBlocks<Block>(
  ledger: Pick<Ledger, 'height'>,
  read: (number: bigint) => Promise<Block>,
  { from, pollMs, most, signal }: Following,
): AsyncGenerator<BlocksRead<Block>> {
  let next = from;
  while (!signal.aborted) {
    const height = await ledger.height();
    const blocks: Block[] = [];
    while (next < height && blocks.length < most && !signal.aborted) {
      blocks.push(await read(next));
      next += 1n;
    }
    yield { blocks, height };
    if (next >= height) await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
