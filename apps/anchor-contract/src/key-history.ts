// Fabric GetHistoryForKey: what valid transactions wrote under a key, newest first. For queries only: a history is no part of a read set
import './whole-history.js';
import type { Context } from 'fabric-contract-api';

export interface Change {
  txId: string;
  /** Nothing where the key was deleted. */
  value: Uint8Array;
  /**
   * The time in the transaction, milliseconds. It is its submitter's word, which honest endorsers bound: where one organisation
   * alone may write the key it is that one's word alone.
   */
  at: number;
}

export async function* changesOf(ctx: Context, key: string): AsyncGenerator<Change> {
  const history = await ctx.stub.getHistoryForKey(key);
  try {
    for (;;) {
      const { value, done } = await history.next();
      if (value) {
        const { seconds, nanos } = value.timestamp;
        yield { txId: value.txId, value: value.value, at: Number(seconds) * 1_000 + Math.floor(nanos / 1_000_000) };
      }
      if (done) return;
    }
  } finally {
    await history.close();
  }
}
