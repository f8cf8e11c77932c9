// Fabric GetHistoryForKey: the batches of a site's log, newest first. For queries only: a history is no part of a read set
import type { Context } from 'fabric-contract-api';
import { logKey, type PriorLog, readLog } from './site-log.js';

/** Every batch from the newest back, until `visit` says that it has seen enough. */
export async function eachBatch(
  ctx: Context,
  site: string,
  visit: (log: PriorLog) => boolean | Promise<boolean>,
): Promise<void> {
  const history = await ctx.stub.getHistoryForKey(logKey(site));
  try {
    for (let { value, done } = await history.next(); !done; { value, done } = await history.next()) {
      const log = value && readLog(value.value);
      if (log && !(await visit(log))) return;
      if (done) return;
    }
  } finally {
    await history.close();
  }
}
