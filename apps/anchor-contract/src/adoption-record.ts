// A log that began on another channel: what was offered, and the value with which it goes on here
import { OFFER_MEMBERS, type OfferArgument, readOffered } from './adoption-argument.js';
import { bad, count, hash, members } from './argument-shape.js';
import { canonicalJson, type Json, type JsonObject } from './canonical-json.js';
import type { SiteLog } from './site-log.js';
import { perhapsEmpty, stored, text } from './stored.js';

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

function carriedOf(value: Json | undefined): Offer['carried'] {
  const given = members(value, ['range', 'size']);
  const range = perhapsEmpty('range', given.range).map((one) => hash('range', one));
  return { size: count('size', given.size), range };
}

function offerOf(value: unknown): Offer {
  const given = members(value, [...OFFER_MEMBERS, 'carried', 'format', 'mspId', 'state', 'txId']);
  const { format, mspId, state, txId } = given;
  if (format !== OFFER_FORMAT) throw bad('the format of the offer is unknown');
  if (state !== 'offered' && state !== 'adopted') throw bad('state is neither offered nor adopted');
  const by = { mspId: text('mspId', mspId), txId: text('txId', txId) };
  return { ...readOffered(given), ...by, format, state, carried: carriedOf(given.carried) };
}

/** The offer; undefined where none was made. Refuses BAD_STATE for what is none. */
export function readOffer(state: Uint8Array): Offer | undefined {
  return stored(state, 'the offer', offerOf);
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
