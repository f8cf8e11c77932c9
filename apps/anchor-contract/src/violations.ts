// Violations since a place of a site's log, judged anew: a revocation that arrived after the batch counts as well, and so does an escape
import type { Context } from 'fabric-contract-api';
import type { Reliance } from './append-argument.js';
import { intervalOf } from './consent-ledger.js';
import type { Escapes } from './escapes.js';
import { eachBatch } from './log-history.js';
import type { PriorLog } from './site-log.js';
import { type Interval, outside, type Violation } from './violation.js';

/** Most batches with violations that one answer names. */
const MOST = 1_000;

export interface ViolatingBatch {
  first: number;
  size: number;
  txId: string;
  violations: Violation[];
}

/** The batches at or after leaf `since` that relied on a Consent wrongly, newest first; `complete` is 0 when there are more. */
export async function violationsSince(
  ctx: Context,
  { site, since }: { site: string; since: number },
  escapes: Escapes,
): Promise<{ batches: ViolatingBatch[]; complete: 0 | 1 }> {
  const batches: ViolatingBatch[] = [];
  const known = new Map<string, Promise<Interval>>();
  const interval = (relied: Reliance) => {
    const name = `${relied.handle}:${relied.version}`;
    if (!known.has(name)) known.set(name, escapedInterval(ctx, relied, escapes));
    return known.get(name)!;
  };
  await eachBatch(ctx, site, async (log) => {
    if (log.last < since || batches.length > MOST) return false;
    const violations = await judged(log, interval);
    const { first, size, txId } = log;
    if (violations.length > 0) batches.push({ first, size, txId, violations });
    return true;
  });
  return { batches: batches.slice(0, MOST), complete: batches.length > MOST ? 0 : 1 };
}

async function escapedInterval(ctx: Context, relied: Reliance, escapes: Escapes): Promise<Interval> {
  const interval = await intervalOf(ctx, relied);
  return { ...interval, escaped: interval.version && (await escapes.bindingOf(interval.version)) };
}

async function judged(log: PriorLog, interval: (relied: Reliance) => Promise<Interval>): Promise<Violation[]> {
  const marked = new Map((log.violations ?? []).map((one) => [`${one.handle}:${one.version}`, one]));
  const violations: Violation[] = [];
  for (const relied of log.consents ?? []) {
    const { handle, version } = relied;
    const reason = outside(relied, await interval(relied));
    const mark = marked.get(`${handle}:${version}`);
    if (mark) violations.push(mark);
    else if (reason) violations.push({ handle, version, reason });
  }
  return violations;
}
