// The escape: when its custodian has vanished, witnesses end a version of a Consent. What it is worth is judged by whoever asks (escapes.ts)
import type { Context } from 'fabric-contract-api';
import type { ConsentArgument } from './consent-argument.js';
import { escapeKey, readWayOut, type WayOut, wayOutText } from './escape-record.js';
import { Refusal } from './refusal.js';
import type { Settings } from './settings.js';
import { logKey, readLog } from './site-log.js';
import { transactionTime } from './transaction-time.js';

export const DAY_MS = 24 * 60 * 60 * 1000;
const MICROS_OF_MS = 1_000;

/** Whether the custodian's log has stood still for so long that a witness may act in its place. */
async function hasVanished(ctx: Context, { site, at }: WayOut, custodian: string, afterDays: number): Promise<boolean> {
  const log = readLog(await ctx.stub.getState(logKey(site)));
  // A value of the first format does not say when it was written.
  const moved = log?.mspId === custodian ? (log.at ?? Number.POSITIVE_INFINITY) : 0;
  return transactionTime(ctx) - Math.max(at, moved) >= afterDays * DAY_MS;
}

/** Whether an escape binds from about the time of its transaction, milliseconds: nothing is ended for the past. */
export function isOfItsTime(binding: number, at: number, { clockBoundSeconds }: Settings): boolean {
  return Math.abs(binding / MICROS_OF_MS - at) <= clockBoundSeconds * 1_000;
}

/** Ends version `ends`, the last, in the custodian's stead. Refuses who is no witness of it, and while the custodian has not vanished. */
export async function writeEscape(
  ctx: Context,
  { handle, recorded, binding }: ConsentArgument,
  { custodian, ends }: { custodian: string; ends: number },
  settings: Settings,
): Promise<void> {
  const key = escapeKey(handle, ends);
  const wayOut = readWayOut(await ctx.stub.getState(key));
  const by = ctx.clientIdentity.getMSPID();
  const known = wayOut?.escaped;
  if (known && known.by === by && known.recorded === recorded && known.binding === binding)
    throw new Refusal('ALREADY_RECORDED', known.txId);
  if (!wayOut?.witnesses.includes(by) || !(await hasVanished(ctx, wayOut, custodian, settings.vanishedAfterDays)))
    throw new Refusal('FOREIGN_CONSENT', 'another organisation keeps this Consent');
  if (!isOfItsTime(binding, transactionTime(ctx), settings))
    throw new Refusal('BAD_TIME', 'an escape binds at the time of its transaction');
  const escaped = { by, recorded, binding, txId: ctx.stub.getTxID() };
  await ctx.stub.putState(key, Buffer.from(wayOutText({ ...wayOut, escaped })));
}
