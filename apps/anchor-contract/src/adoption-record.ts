// A log that began on another channel: what was offered, and the value with which it goes on here
import type { OfferArgument } from './adoption-argument.js';
import { canonicalJson, type JsonObject } from './canonical-json.js';
import type { SiteLog } from './site-log.js';

export const OFFER_FORMAT = 'holdfast-offer/1';
export const ADOPTION_FORMAT = 'holdfast-adoption/1';

/** The value under `adoption:<site>`. Each change of it needs the endorsement of all organisations that it names. */
export interface Offer extends OfferArgument {
  format: typeof OFFER_FORMAT;
  mspId: string;
  state: 'offered' | 'adopted';
  /** The transaction that brought it into this state. */
  txId: string;
  /** The part of the Consents that is carried over: a compact range of their tree. */
  carried: { size: number; range: readonly string[] };
}

/** The value under `log:<site>` from the adoption to the next batch: a log with a past and no leaves of its own. */
export interface AdoptedLog extends Omit<SiteLog, 'format'> {
  format: typeof ADOPTION_FORMAT;
  before: OfferArgument['before'];
  organizations: readonly string[];
  /** The Consents that were carried over. */
  carried: OfferArgument['consents'];
}

export const offerKey = (site: string): string => `adoption:${site}`;

export function readOffer(state: Uint8Array): Offer | undefined {
  return state.length === 0 ? undefined : (JSON.parse(Buffer.from(state).toString('utf8')) as Offer);
}

export function offerText(offer: Offer): string {
  return canonicalJson(offer as unknown as JsonObject);
}

/** Whether this very offer was made before. */
export function isSameOffer(stored: Offer, offered: OfferArgument): boolean {
  const { site, size, root, range, decided, before, organizations, consents } = stored;
  const known = { site, size, root, range, decided, before, organizations, consents };
  return canonicalJson(known as unknown as JsonObject) === canonicalJson(offered as unknown as JsonObject);
}

/** The log that was offered, as it goes on here. */
export function adoptedLog(offer: Offer, txId: string, at: number): AdoptedLog {
  const { site, mspId, size, root, range, decided, before, organizations, consents: carried } = offer;
  const none = { first: size, last: size - 1, leaves: '', consents: [], violations: [] };
  const past = { before, organizations, carried };
  return { format: ADOPTION_FORMAT, site, mspId, ...none, size, root, range, decided, txId, at, ...past };
}
