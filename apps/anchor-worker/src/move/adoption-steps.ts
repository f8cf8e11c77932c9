// Offer, Consents, adoption: the transactions on the new ledger, each endorsed by all organisations and done once
import { type CarriedConsent, consentLeaf, type Pin, pinFingerprint } from '#libs/evidence';
import { LedgerError } from '#libs/ledger';
import { CompactRange } from '#libs/merkle';
import type { ChainEnd } from './chain-end.js';
import { Stopped } from './stopped.js';
import type { Target } from './target.js';

const AT_ONCE = 200;
const STATUS_MS = 15_000;
const PATIENCE_MS = 30_000;
const RETRY_MS = 250;
const SAY_AFTER_MS = 2_000;

/** Refusals that no later attempt changes, in words. */
const FOR_GOOD: Record<string, string> = {
  HAS_LOG: 'the network has another history for this site already',
  FOREIGN_SITE: 'another organisation of the network has this site name',
  FOREIGN_CONSENT: 'another organisation of the network keeps one of the Consents',
  WRITTEN_ONCE: 'the network knows one of the Consents already, and otherwise than the ledger in use',
  WRONG_ROOT: 'the Consents are not those that were offered',
  NOT_OFFERED: 'another log than this one was offered to the network',
  BAD_ARGUMENT: 'the contract does not understand what it is given',
  UNKNOWN_FUNCTION: 'its contract is of a version that cannot take a log over',
};
/** The contract says that this very thing is done. */
const DONE = new Set(['ALREADY_OFFERED', 'ALREADY_ADOPTED']);

/** The state of the adoption as the contract has it. */
interface Offered {
  state: 'offered' | 'adopted';
  size: number;
  root: string;
  before: { pin: string };
  txId: string;
  carried: { size: number };
}

function refusedForGood(error: unknown): Stopped | undefined {
  const code = error instanceof LedgerError ? error.contractCode : undefined;
  if (code === undefined || !Object.hasOwn(FOR_GOOD, code)) return undefined;
  return new Stopped(`The network refuses the log: ${FOR_GOOD[code]} (${code}).`);
}

/** The offer for the site, if there is one. */
export async function offered({ ledger }: Pick<Target, 'ledger'>, site: string): Promise<Offered | undefined> {
  try {
    return (await ledger.evaluate('adoption', { site })) as Offered;
  } catch (error) {
    if (error instanceof LedgerError && error.contractCode === 'NOT_OFFERED') return undefined;
    throw refusedForGood(error) ?? error;
  }
}

async function once({ ledger, organizations }: Target, fn: string, argument: object): Promise<void> {
  const { txId, envelope } = await ledger.prepare(fn, argument, organizations);
  await ledger.submit(envelope, txId);
  const status = await ledger.status(txId, STATUS_MS);
  if (status?.code !== 'VALID') throw new Error(`${fn} is ${status?.code ?? 'not in a block yet'}`);
}

type Say = (line: string) => void;

/** Until it is VALID or was before; peers that lag behind another one are asked again for a while. Throws Stopped for a refusal for good. */
async function patiently(
  target: Target,
  fn: string,
  argument: object,
  say: Say,
  isDone = async () => false,
): Promise<void> {
  const begun = Date.now();
  let failed = await failure(() => once(target, fn, argument));
  for (let said = false; failed !== undefined; failed = await failure(() => once(target, fn, argument))) {
    const waited = Date.now() - begun;
    if (waited > PATIENCE_MS) throw notEndorsed(target, failed);
    if (waited > SAY_AFTER_MS && !said) say('Not all organisations endorse yet; asking again for half a minute ...');
    said ||= waited > SAY_AFTER_MS;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    if (await isDone()) return;
  }
}

/** Why it has to be tried again; undefined when it is done, now or before. Throws Stopped where trying again is of no use. */
async function failure(attempt: () => Promise<void>): Promise<Error | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof LedgerError && DONE.has(error.contractCode ?? '')) return undefined;
    const stopped = refusedForGood(error);
    if (stopped) throw stopped;
    return error as Error;
  }
}

function notEndorsed({ organizations }: Target, { message }: Error): Stopped {
  const all = organizations.join(', ');
  return new Stopped(`Not all of ${all} endorse, and each of them must: ${message}`);
}

function consentRoot(consents: readonly CarriedConsent[]): string {
  const range = CompactRange.of();
  for (const consent of consents) range.append(consentLeaf(consent));
  return range.root().toString('base64');
}

function offerOf(before: Pin, end: ChainEnd, range: CompactRange, { pin, organizations }: Target): object {
  return {
    before: {
      block: end.block,
      blockHash: end.blockHash.toString('base64'),
      channel: before.channel,
      genesis: Buffer.from(before.genesis, 'hex').toString('base64'),
      pin: pinFingerprint(before).toString('base64'),
    },
    consents: { root: consentRoot(end.consents), size: end.consents.length },
    decided: end.decided,
    organizations,
    range: range.hashes.map((hash) => hash.toString('base64')),
    root: end.root.toString('base64'),
    site: pin.site,
    size: end.size,
  };
}

function wireConsent({ handle, version, revoked, recorded, binding }: CarriedConsent): object {
  return { binding, handle, recorded, state: revoked ? 'revoked' : 'recorded', version };
}

/** Asks each time how far it has come: what was sent and never answered for may have arrived. */
async function carry(target: Target, { consents }: ChainEnd, say: Say): Promise<void> {
  const { site } = target.pin;
  for (;;) {
    const first = (await offered(target, site))?.carried.size ?? 0;
    if (first >= consents.length) return;
    say(`Carrying Consents over: ${first} of ${consents.length} ...`);
    const some = consents.slice(first, first + AT_ONCE).map(wireConsent);
    await patiently(target, 'carryConsents', { consents: some, first, site }, say, async () => {
      return ((await offered(target, site))?.carried.size ?? 0) > first;
    });
  }
}

/**
 * Has the log that ends on the ledger of `before` adopted, with its Consents, by every organisation of the target; whatever of
 * it is done already is not done again. Gives the id of the transaction. Throws Stopped in plain words.
 */
export async function adopt(
  target: Target,
  before: Pin,
  end: ChainEnd,
  range: CompactRange,
  say: Say,
): Promise<string> {
  const { site } = target.pin;
  const [size, root] = [end.size, end.root.toString('base64')];
  say(`Offering the log of ${size} leaves to ${target.organizations.join(', ')} ...`);
  await patiently(target, 'offerAdoption', offerOf(before, end, range, target), say);
  const offer = await offered(target, site);
  if (offer?.state !== 'adopted') await carry(target, end, say);
  say('Having the log adopted ...');
  await patiently(target, 'adopt', { root, site, size }, say);
  const adopted = await offered(target, site);
  if (adopted?.state !== 'adopted' || adopted.size !== size || adopted.root !== root)
    throw new Stopped('The network says that it has adopted another log than this one.');
  return adopted.txId;
}
