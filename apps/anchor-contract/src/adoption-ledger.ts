// How a log moves here from another channel: offered, its Consents carried over, adopted by all organisations
import type { Context } from 'fabric-contract-api';
import { leafHash } from '../../../libs/merkle/src/index.js';
import type { CarriedConsent, OfferArgument } from './adoption-argument.js';
import {
  adoptedLog,
  isSameOffer,
  OFFER_FORMAT,
  type Offer,
  offerKey,
  offerText,
  readOffer,
} from './adoption-record.js';
import { canonicalJson, type JsonObject } from './canonical-json.js';
import { carryVersions } from './consent-ledger.js';
import { everyonePolicy } from './key-policy.js';
import { Refusal } from './refusal.js';
import { logKey } from './site-log.js';
import { storedRange } from './stored.js';
import { transactionTime } from './transaction-time.js';

async function storedOffer(ctx: Context, site: string): Promise<Offer | undefined> {
  return readOffer(await ctx.stub.getState(offerKey(site)));
}

async function refuseSecondLog(ctx: Context, site: string): Promise<void> {
  const log = await ctx.stub.getState(logKey(site));
  if (log.length > 0) throw new Refusal('HAS_LOG', 'the site has a log on this channel already');
}

/** Refuses whoever is not the owner of the offer, and whatever is done already. */
function refuseRepeated(stored: Offer, offered: OfferArgument, caller: string): void {
  if (stored.mspId !== caller) throw new Refusal('FOREIGN_SITE', 'another organisation has this site');
  if (!isSameOffer(stored, offered)) return;
  throw new Refusal(stored.state === 'adopted' ? 'ALREADY_ADOPTED' : 'ALREADY_OFFERED', stored.txId);
}

async function put(ctx: Context, offer: Offer): Promise<void> {
  await ctx.stub.putState(offerKey(offer.site), Buffer.from(offerText(offer)));
}

/**
 * Lays the key of the adoption down under a policy that names every organisation. From then on the validator of every peer
 * demands all their endorsements for a change of it, so that none can be adopted without. An offer may be replaced until it
 * is adopted, by all organisations as well.
 */
export async function makeOffer(ctx: Context, offered: OfferArgument): Promise<void> {
  const { site, organizations } = offered;
  const mspId = ctx.clientIdentity.getMSPID();
  const stored = await storedOffer(ctx, site);
  if (stored) refuseRepeated(stored, offered, mspId);
  await refuseSecondLog(ctx, site);
  if (!organizations.includes(mspId)) throw new Refusal('BAD_ARGUMENT', 'organizations lacks who makes the offer');
  const carried = { size: 0, range: [] };
  await put(ctx, { ...offered, format: OFFER_FORMAT, mspId, state: 'offered', txId: ctx.stub.getTxID(), carried });
  await ctx.stub.setStateValidationParameter(offerKey(site), everyonePolicy(organizations));
}

async function ownOffer(ctx: Context, site: string): Promise<Offer> {
  const offer = await storedOffer(ctx, site);
  if (offer === undefined) throw new Refusal('NOT_OFFERED', 'no log was offered for this site');
  const isOwn = offer.mspId === ctx.clientIdentity.getMSPID();
  if (!isOwn) throw new Refusal('FOREIGN_SITE', 'another organisation has this site');
  return offer;
}

/** RFC 6962 leaf of one version of a Consent, in the tree that the offer commits to. */
function consentLeaf(consent: CarriedConsent): Buffer {
  return leafHash(Buffer.from(canonicalJson(consent as unknown as JsonObject)));
}

function carriedFurther({ carried, consents: all }: Offer, consents: readonly CarriedConsent[]): Offer['carried'] {
  const range = storedRange(carried.size, carried.range);
  for (const consent of consents) range.append(consentLeaf(consent));
  if (range.size > all.size) throw new Refusal('GAP', `only ${all.size} Consents were offered`);
  if (range.size === all.size && range.root().toString('base64') !== all.root)
    throw new Refusal('WRONG_ROOT', 'the Consents are not those that were offered');
  return { size: range.size, range: range.hashes.map((hash) => hash.toString('base64')) };
}

/** Takes the next of the Consents that the offer commits to: they keep their times, and their custodian is who makes the offer. */
export async function carryOver(
  ctx: Context,
  { site, first, consents }: { site: string; first: number; consents: readonly CarriedConsent[] },
): Promise<void> {
  const offer = await ownOffer(ctx, site);
  if (first !== offer.carried.size)
    throw new Refusal('GAP', `${offer.carried.size} Consents are carried over and these start at ${first}`);
  const carried = carriedFurther(offer, consents);
  const { mspId: custodian, organizations } = offer;
  const witnesses = organizations.filter((mspId) => mspId !== custodian);
  for (const versions of Map.groupBy(consents, (consent) => consent.handle).values())
    await carryVersions(ctx, versions, { custodian, site, witnesses });
  await put(ctx, { ...offer, carried });
}

/** The log that was offered goes on here, once all its Consents are carried over. */
export async function adoptLog(
  ctx: Context,
  { site, size, root }: { site: string; size: number; root: string },
): Promise<void> {
  const offer = await ownOffer(ctx, site);
  if (offer.size !== size || offer.root !== root) throw new Refusal('NOT_OFFERED', 'another log was offered');
  if (offer.state === 'adopted') throw new Refusal('ALREADY_ADOPTED', offer.txId);
  await refuseSecondLog(ctx, site);
  const { carried, consents } = offer;
  if (carried.size < consents.size)
    throw new Refusal('NOT_CARRIED', `${carried.size} of ${consents.size} Consents are carried over`);
  const txId = ctx.stub.getTxID();
  await put(ctx, { ...offer, state: 'adopted', txId });
  const log = adoptedLog(offer, txId, transactionTime(ctx));
  await ctx.stub.putState(logKey(site), Buffer.from(canonicalJson(log as unknown as JsonObject)));
}

/** Refuses FOREIGN_SITE where another organisation has offered a log of this name. */
export async function refuseForeignOffer(ctx: Context, site: string): Promise<void> {
  const offer = await storedOffer(ctx, site);
  const isForeign = offer !== undefined && offer.mspId !== ctx.clientIdentity.getMSPID();
  if (isForeign) throw new Refusal('FOREIGN_SITE', 'another organisation has offered a log of this name');
}

/** The offer for this site, adopted or not. Refuses NOT_OFFERED. */
export async function offerOf(ctx: Context, site: string): Promise<string> {
  const offer = await storedOffer(ctx, site);
  if (offer === undefined) throw new Refusal('NOT_OFFERED', 'no log was offered for this site');
  return offerText(offer);
}
