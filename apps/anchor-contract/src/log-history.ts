import type { Context } from 'fabric-contract-api';
import { changesOf } from './key-history.js';
import { logKey, type PriorLog, readLog } from './site-log.js';

/** Every batch from the newest back, until `visit` says that it has seen enough. Refuses BAD_STATE for what is no batch. */
export async function eachBatch(
  ctx: Context,
  site: string,
  visit: (log: PriorLog) => boolean | Promise<boolean>,
): Promise<void> {
  for await (const { value } of changesOf(ctx, logKey(site))) {
    const log = readLog(value);
    if (log && !(await visit(log))) return;
  }
}

/** When a log moved, found from its newest batch back as far as is asked. */
export class LogTimes {
  private readonly times: number[] = [];
  private readonly changes: ReturnType<typeof changesOf>;
  private mspId: string | undefined;

  constructor(ctx: Context, site: string) {
    this.changes = changesOf(ctx, logKey(site));
  }

  /** The last time at or before `at` at which this organisation's log moved, milliseconds; undefined when it did not. */
  async lastUntil(at: number, mspId: string): Promise<number | undefined> {
    let last = this.times.find((time) => time <= at);
    while (last === undefined) {
      const { value: change, done } = await this.changes.next();
      if (done) return undefined;
      // Under one name there is one organisation's log for ever.
      this.mspId ??= readLog(change.value)?.mspId;
      this.times.push(change.at);
      if (change.at <= at) last = change.at;
    }
    return this.mspId === mspId ? last : undefined;
  }

  async close(): Promise<void> {
    await this.changes.return(undefined);
  }
}
