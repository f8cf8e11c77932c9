// What the contract does with Consents, on the state of the ledger
import type { Context } from 'fabric-contract-api';
import type { CarriedConsent } from './adoption-argument.js';
import type { Reliance } from './append-argument.js';
import type { ConsentArgument } from './consent-argument.js';
import {
  CONSENT_FORMAT,
  type ConsentHead,
  type ConsentVersion,
  headKey,
  isSame,
  readHead,
  readVersion,
  valueText,
  versionKey,
} from './consent-record.js';
import { custodianPolicy } from './key-policy.js';
import { Refusal } from './refusal.js';
import { logKey, readLog } from './site-log.js';
import type { Interval } from './violation.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The transaction's own time, milliseconds: the same for every peer that endorses. */
export function transactionTime(ctx: Context): number {
  return ctx.stub.getDateTimestamp().getTime();
}

async function storedVersion(ctx: Context, handle: string, version: number): Promise<ConsentVersion | undefined> {
  return readVersion(await ctx.stub.getState(versionKey(handle, version)));
}

/**
 * The version relied on and the one after it. Where the next version is on the ledger, only keys that are written once are read:
 * however often the Consent changes, it cannot put a batch into conflict again and again. Where it is not, its absence is read
 * and the head, so that a batch and a revocation cannot pass each other unseen.
 */
export async function intervalOf(ctx: Context, { handle, version }: Reliance): Promise<Interval> {
  const stored = await storedVersion(ctx, handle, version);
  const next = await storedVersion(ctx, handle, version + 1);
  if (stored && next) return { version: stored, next };
  const escaped = readHead(await ctx.stub.getState(headKey(handle)))?.escaped;
  const orEscaped = (number: number) => (escaped?.version === number ? escaped : undefined);
  return { version: stored ?? orEscaped(version), next: next ?? orEscaped(version + 1) };
}

async function escapedVersion(ctx: Context, handle: string, version: number): Promise<ConsentVersion | undefined> {
  const escaped = readHead(await ctx.stub.getState(headKey(handle)))?.escaped;
  return escaped?.version === version ? escaped : undefined;
}

export async function consentHead(ctx: Context, handle: string): Promise<ConsentHead> {
  const head = readHead(await ctx.stub.getState(headKey(handle)));
  if (head === undefined) throw new Refusal('UNKNOWN_CONSENT', 'no such Consent is on the ledger');
  return head;
}

/** All versions, from the first. */
export async function consentVersions(ctx: Context, handle: string, last: number): Promise<ConsentVersion[]> {
  const versions: ConsentVersion[] = [];
  for (let version = 1; version <= last; version += 1) {
    const stored = (await storedVersion(ctx, handle, version)) ?? (await escapedVersion(ctx, handle, version));
    if (stored === undefined) throw new Refusal('BAD_STATE', 'a version of the Consent is missing');
    versions.push(stored);
  }
  return versions;
}

/** Whether the custodian's log has stood still for so long that a witness may act in its place. */
async function hasVanished(ctx: Context, head: ConsentHead, afterDays: number): Promise<boolean> {
  const log = readLog(await ctx.stub.getState(logKey(head.site)));
  const last = Math.max(head.at, log === undefined ? 0 : (log.at ?? Number.POSITIVE_INFINITY));
  return transactionTime(ctx) - last >= afterDays * DAY_MS;
}

async function checkMayWrite(ctx: Context, head: ConsentHead, state: string, afterDays: number): Promise<void> {
  const caller = ctx.clientIdentity.getMSPID();
  if (head.custodian === caller) return;
  const mayStandIn = state === 'revoked' && head.escaped === undefined && head.witnesses.includes(caller);
  const escapes = mayStandIn && (await hasVanished(ctx, head, afterDays));
  if (!escapes) throw new Refusal('FOREIGN_CONSENT', 'another organisation keeps this Consent');
}

async function checkNext(
  ctx: Context,
  head: ConsentHead | undefined,
  argument: ConsentArgument,
  state: ConsentVersion['state'],
): Promise<void> {
  const { handle, version, recorded } = argument;
  const last = head?.version ?? 0;
  const own = version <= last ? await storedVersion(ctx, handle, version) : undefined;
  const stored = own ?? (head?.escaped?.version === version ? head.escaped : undefined);
  if (stored && isSame(stored, argument, state)) throw new Refusal('ALREADY_RECORDED', stored.txId);
  if (version <= last) throw new Refusal('WRITTEN_ONCE', 'this version of the Consent is on the ledger already');
  if (version !== last + 1) throw new Refusal('GAP', `the Consent has ${last} versions and this is version ${version}`);
  if (head && recorded < head.recorded) throw new Refusal('BAD_TIME', 'recorded before the version before it');
}

/**
 * Writes the next version of a Consent, and who may write the one after it: each key under the custodian's policy. What a witness writes in
 * the custodian's stead stands in the head alone, whose policy lets the witnesses endorse without the custodian.
 */
export async function recordConsent(
  ctx: Context,
  argument: ConsentArgument,
  state: ConsentVersion['state'],
  vanishedAfterDays: number,
): Promise<void> {
  const { handle, version, recorded, binding, site, witnesses } = argument;
  const head = readHead(await ctx.stub.getState(headKey(handle)));
  await checkNext(ctx, head, argument, state);
  if (head) await checkMayWrite(ctx, head, state, vanishedAfterDays);
  const by = ctx.clientIdentity.getMSPID();
  const custodian = head?.custodian ?? by;
  const kept = custodian === by ? { site, witnesses } : { site: head!.site, witnesses: head!.witnesses };
  const next: ConsentHead = { custodian, ...kept, version, recorded, at: transactionTime(ctx) };
  const txId = ctx.stub.getTxID();
  const value: ConsentVersion = { format: CONSENT_FORMAT, handle, version, state, recorded, binding, by, txId };
  const policy = custodianPolicy(custodian, kept.witnesses);
  const isEscape = by !== custodian;
  await put(ctx, headKey(handle), valueText(isEscape ? { ...next, escaped: value } : next), policy);
  for (const one of isEscape ? [] : [...(head?.escaped ? [head.escaped] : []), value])
    await put(ctx, versionKey(handle, one.version), valueText(one), policy);
}

/** Who keeps the Consents that are carried over. */
type Keeper = Pick<ConsentHead, 'custodian' | 'site' | 'witnesses'>;

/** Versions that are there already, from an earlier attempt, must say the same. */
async function checkCarried(ctx: Context, head: ConsentHead | undefined, one: CarriedConsent): Promise<void> {
  if (one.version > (head?.version ?? 0)) return;
  const stored = await storedVersion(ctx, one.handle, one.version);
  if (!stored || !isSame(stored, one, one.state))
    throw new Refusal('WRITTEN_ONCE', 'this version of the Consent is on the ledger already');
}

/** Writes versions of one Consent that another channel had, in their order, with the times that they had there. */
export async function carryVersions(
  ctx: Context,
  handle: string,
  versions: readonly CarriedConsent[],
  keeper: Keeper,
): Promise<void> {
  const head = readHead(await ctx.stub.getState(headKey(handle)));
  if (head && head.custodian !== keeper.custodian)
    throw new Refusal('FOREIGN_CONSENT', 'another organisation keeps this Consent');
  for (const one of versions) await checkCarried(ctx, head, one);
  const known = head?.version ?? 0;
  const added = versions.filter(({ version }) => version > known);
  if (added.length === 0) return;
  if (added[0]!.version !== known + 1)
    throw new Refusal('GAP', `the Consent has ${known} versions and this is version ${added[0]!.version}`);
  const policy = custodianPolicy(keeper.custodian, keeper.witnesses);
  const { custodian: by } = keeper;
  const txId = ctx.stub.getTxID();
  for (const one of added) {
    const value = { format: CONSENT_FORMAT, ...one, by, txId } as const;
    await put(ctx, versionKey(handle, one.version), valueText(value), policy);
  }
  const { version, recorded } = added.at(-1)!;
  const next: ConsentHead = { ...keeper, version, recorded, at: transactionTime(ctx) };
  await put(ctx, headKey(handle), valueText(next), policy);
}

async function put(ctx: Context, key: string, text: string, policy: Uint8Array): Promise<void> {
  await ctx.stub.putState(key, Buffer.from(text));
  await ctx.stub.setStateValidationParameter(key, policy);
}
