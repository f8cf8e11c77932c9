// What the contract does with Consents, on the state of the ledger
import type { Context } from 'fabric-contract-api';
import type { CarriedConsent } from './adoption-argument.js';
import type { Reliance } from './append-argument.js';
import { bad } from './argument-shape.js';
import { canonicalJson, type JsonObject } from './canonical-json.js';
import type { ConsentArgument } from './consent-argument.js';
import { CONSENT_FORMAT, type ConsentVersion, isSame, readVersion, versionKey } from './consent-record.js';
import { writeEscape } from './escape-ledger.js';
import { ESCAPE_FORMAT, escapeKey, wayOutText } from './escape-record.js';
import { majorityPolicy, nobodyPolicy } from './key-policy.js';
import { Refusal } from './refusal.js';
import type { Settings } from './settings.js';
import { readable } from './stored.js';
import { transactionTime } from './transaction-time.js';
import type { Interval } from './violation.js';

const MICROS_OF_MS = 1_000;
const MICROS = 1_000_000;

/** The version; undefined where there is none. Refuses BAD_STATE where something else is there. */
export async function storedVersion(
  ctx: Context,
  handle: string,
  version: number,
): Promise<ConsentVersion | undefined> {
  return readVersion(await ctx.stub.getState(versionKey(handle, version)));
}

/**
 * The version relied on and the one after it: keys that are written once. However often the Consent changes, a batch that relied on an
 * old version does not come into conflict; and because the absence of the next version is read, a batch and a revocation
 * cannot pass each other unseen. What cannot be read counts as absent, so that it stops no log.
 */
export async function intervalOf(ctx: Context, { handle, version }: Reliance): Promise<Interval> {
  const state = await ctx.stub.getState(versionKey(handle, version));
  const nextState = await ctx.stub.getState(versionKey(handle, version + 1));
  return { version: readable(() => readVersion(state)), next: readable(() => readVersion(nextState)) };
}

/** Refuses BAD_TIME for what was recorded before the version before it, TOO_EARLY for what lies in the future of the transaction. */
function checkTimes(
  ctx: Context,
  previous: ConsentVersion | undefined,
  { recorded, binding }: ConsentArgument,
  { clockBoundSeconds }: Settings,
): void {
  if (previous && recorded < previous.recorded) throw new Refusal('BAD_TIME', 'recorded before the version before it');
  const latest = transactionTime(ctx) * MICROS_OF_MS + clockBoundSeconds * MICROS;
  if (binding > latest) throw new Refusal('TOO_EARLY', 'the Consent has times that are still to come');
}

/** The version before the one of the argument. Refuses GAP where it is missing. */
async function previousOf(ctx: Context, { handle, version }: ConsentArgument): Promise<ConsentVersion | undefined> {
  if (version === 1) return undefined;
  const previous = await storedVersion(ctx, handle, version - 1);
  if (previous === undefined)
    throw new Refusal(
      'GAP',
      `version ${version - 1} of the Consent is not on the ledger, and this is the one after it`,
    );
  return previous;
}

/**
 * Writes the next version of a Consent, whose custodian is who wrote the first. Whoever else asks for a revocation asks for an escape.
 * Only versions are looked at for the custodian, and only keys written that are new: nothing that others may write under
 * other keys is in its way.
 */
export async function recordConsent(
  ctx: Context,
  argument: ConsentArgument,
  state: ConsentVersion['state'],
  settings: Settings,
): Promise<void> {
  const { handle, version, recorded, binding, site, witnesses } = argument;
  const by = ctx.clientIdentity.getMSPID();
  if (witnesses.includes(by)) throw bad('witnesses are other organisations');
  const custodian = (await storedVersion(ctx, handle, 1))?.by ?? by;
  const isOwn = custodian === by;
  if (!isOwn && state === 'recorded') throw new Refusal('FOREIGN_CONSENT', 'another organisation keeps this Consent');
  const there = await storedVersion(ctx, handle, version);
  if (there && isOwn && isSame(there, argument, state)) throw new Refusal('ALREADY_RECORDED', there.txId);
  if (there) throw new Refusal('WRITTEN_ONCE', 'this version of the Consent is on the ledger already');
  const previous = await previousOf(ctx, argument);
  checkTimes(ctx, previous, argument, settings);
  if (!isOwn) return writeEscape(ctx, argument, { custodian, ends: version - 1 }, settings);
  const txId = ctx.stub.getTxID();
  await putVersion(ctx, { format: CONSENT_FORMAT, handle, version, state, recorded, binding, by, txId });
  await putWayOut(ctx, { handle, version }, { site, witnesses });
}

/** Written once: no peer takes a change of the key, whoever endorses it. */
async function putVersion(ctx: Context, version: ConsentVersion): Promise<void> {
  const key = versionKey(version.handle, version.version);
  await ctx.stub.putState(key, Buffer.from(canonicalJson(version as unknown as JsonObject)));
  await ctx.stub.setStateValidationParameter(key, nobodyPolicy());
}

async function putWayOut(
  ctx: Context,
  { handle, version }: Pick<ConsentVersion, 'handle' | 'version'>,
  { site, witnesses }: Pick<Keeper, 'site' | 'witnesses'>,
): Promise<void> {
  const key = escapeKey(handle, version);
  const wayOut = { format: ESCAPE_FORMAT, site, witnesses, at: transactionTime(ctx) } as const;
  await ctx.stub.putState(key, Buffer.from(wayOutText(wayOut)));
  await ctx.stub.setStateValidationParameter(key, majorityPolicy(witnesses));
}

/** Who keeps the Consents that are carried over. */
export interface Keeper {
  custodian: string;
  site: string;
  witnesses: readonly string[];
}

/** Whether the version is there already, from an earlier attempt. Then it must say the same, and be the custodian's. */
async function isCarried(ctx: Context, one: CarriedConsent, custodian: string): Promise<boolean> {
  const there = await storedVersion(ctx, one.handle, one.version);
  if (there && there.by !== custodian) throw new Refusal('FOREIGN_CONSENT', 'another organisation keeps this Consent');
  if (there && !isSame(there, one, one.state))
    throw new Refusal('WRITTEN_ONCE', 'this version of the Consent is on the ledger already');
  return there !== undefined;
}

/** Refuses where the version before is missing, or is another organisation's. */
async function checkContinues(ctx: Context, { handle, version }: CarriedConsent, custodian: string): Promise<void> {
  if (version === 1) return;
  const previous = await storedVersion(ctx, handle, version - 1);
  if (previous === undefined)
    throw new Refusal(
      'GAP',
      `version ${version - 1} of the Consent is not on the ledger, and this is the one after it`,
    );
  if (previous.by !== custodian) throw new Refusal('FOREIGN_CONSENT', 'another organisation keeps this Consent');
}

/** Writes versions of one Consent that another channel had, in their order, with the times that they had there. */
export async function carryVersions(
  ctx: Context,
  versions: readonly CarriedConsent[],
  { custodian: by, site, witnesses }: Keeper,
): Promise<void> {
  const added: CarriedConsent[] = [];
  for (const one of versions) if (!(await isCarried(ctx, one, by))) added.push(one);
  const [first, last] = [added[0], added.at(-1)];
  if (first === undefined || last === undefined) return;
  await checkContinues(ctx, first, by);
  const txId = ctx.stub.getTxID();
  for (const one of added) await putVersion(ctx, { format: CONSENT_FORMAT, ...one, by, txId });
  await putWayOut(ctx, last, { site, witnesses });
}
