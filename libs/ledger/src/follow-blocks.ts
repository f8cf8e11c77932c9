import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.js';

/** Blocks that followed each other without a gap, and how many the ledger had when it was asked. */
export interface BlocksRead {
  /** Raw `common.Block`s, in order; none when there was nothing new. */
  blocks: Uint8Array[];
  height: bigint;
}

export interface Following {
  /** Number of the first block wanted. */
  from: bigint;
  /** Milliseconds between two looks where there is nothing new. */
  pollMs: number;
  /** Most blocks and, roughly, most bytes in one go. */
  most: number;
  mostBytes: number;
  signal: AbortSignal;
}

/**
 * Follows the ledger block by block, for ever: the caller keeps its place and begins again behind it. Whole blocks are read and
 * not the events that a peer tells of, so that everything that is acted upon carries its signatures. Ends when `signal` aborts;
 * throws the LedgerError of a ledger that is away.
 */
export async function* followBlocks(
  ledger: Pick<Ledger, 'height' | 'blockAt'>,
  { from, pollMs, most, mostBytes, signal }: Following,
): AsyncGenerator<BlocksRead> {
  let next = from;
  while (!signal.aborted) {
    const height = await ledger.height();
    const blocks: Uint8Array[] = [];
    let bytes = 0;
    while (next < height && blocks.length < most && bytes < mostBytes && !signal.aborted) {
      const block = await ledger.blockAt(next);
      blocks.push(block);
      bytes += block.length;
      next += 1n;
    }
    yield { blocks, height };
    if (next >= height) await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
