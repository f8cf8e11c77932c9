// `offerAdoption {before, consents, decided, organizations, range, root, site, size}`, `carryConsents {consents, first, site}`, `adopt {root, site, size}`
import { CompactRange, EMPTY_ROOT } from '../../../libs/merkle/src/index.js';
import {
  bad,
  count,
  encoded,
  handle,
  hash,
  list,
  members,
  mspId,
  onlyArgument,
  positive,
  site,
} from './argument-shape.js';
import type { Json, JsonObject } from './canonical-json.js';
import type { ConsentVersion } from './consent-record.js';

const CHANNEL = /^[a-z][a-z0-9.-]{0,248}$/;
const MAX_CARRIED = 500;
const STATES = ['recorded', 'revoked'];

/** Where the log stood before: hashes are base64 of 32 bytes. */
export interface Before {
  channel: string;
  /** Of the header of the first block, and of the last one: the chain between them is then fixed. */
  genesis: string;
  block: number;
  blockHash: string;
  /** SHA-256 of the text of the pin by which that channel is verified. */
  pin: string;
}

export interface OfferArgument {
  site: string;
  size: number;
  root: string;
  range: string[];
  /** The latest decision time that any batch has named, as the log before had it. */
  decided: number;
  before: Before;
  /** All organisations of this channel: each has to endorse what follows the offer. */
  organizations: string[];
  /** Merkle tree of the versions of Consents to be carried over. */
  consents: { root: string; size: number };
}

export type CarriedConsent = Pick<ConsentVersion, 'handle' | 'version' | 'state' | 'recorded' | 'binding'>;

function before(value: Json | undefined): Before {
  const given = members(value, ['block', 'blockHash', 'channel', 'genesis', 'pin']);
  const { channel } = given;
  if (typeof channel !== 'string' || !CHANNEL.test(channel)) throw bad('channel is no name of a channel');
  return {
    channel,
    genesis: hash('genesis', given.genesis),
    block: count('block', given.block),
    blockHash: hash('blockHash', given.blockHash),
    pin: hash('pin', given.pin),
  };
}

function organizations(value: Json | undefined): string[] {
  const ids = list('organizations', value).map(mspId);
  if (ids.length < 2) throw bad('a log is adopted by two organisations or more');
  if (ids.some((id, index) => index > 0 && ids[index - 1]! >= id))
    throw bad('organizations are not in ascending order, each once');
  return ids;
}

/** The hashes of the perfect subtrees; they must be those of a tree of this size and give its root. */
function rangeOf(value: Json | undefined, size: number, root: string): string[] {
  const hashes = list('range', value).map((one) => hash('range', one));
  try {
    const range = CompactRange.of(
      size,
      hashes.map((one) => Buffer.from(one, 'base64')),
    );
    if (range.root().toString('base64') === root) return hashes;
  } catch {
    throw bad('range is not that of a tree of this size');
  }
  throw bad('range does not give the root');
}

function consentTree(value: Json | undefined): OfferArgument['consents'] {
  const given = members(value, ['root', 'size']);
  const tree = { root: hash('root', given.root), size: count('size', given.size) };
  if (tree.size === 0 && tree.root !== EMPTY_ROOT.toString('base64')) throw bad('no Consents have another root');
  return tree;
}

export const OFFER_MEMBERS = ['before', 'consents', 'decided', 'organizations', 'range', 'root', 'site', 'size'];

/** Throws a `BAD_ARGUMENT` refusal for anything but its one canonical spelling. */
export function offerArgument(args: readonly string[]): OfferArgument {
  return readOffered(onlyArgument(args, OFFER_MEMBERS));
}

/** What an offer says, from its members. Throws a `BAD_ARGUMENT` refusal for anything else. */
export function readOffered(value: JsonObject): OfferArgument {
  const size = positive('size', value.size);
  const root = hash('root', value.root);
  return {
    site: site(value.site),
    size,
    root,
    range: rangeOf(value.range, size, root),
    decided: count('decided', value.decided),
    before: before(value.before),
    organizations: organizations(value.organizations),
    consents: consentTree(value.consents),
  };
}

function stateOf({ state }: JsonObject): ConsentVersion['state'] {
  if (typeof state !== 'string' || !STATES.includes(state)) throw bad('state is neither recorded nor revoked');
  return state as ConsentVersion['state'];
}

function carried(value: Json): CarriedConsent {
  const given = members(value, ['binding', 'handle', 'recorded', 'state', 'version']);
  const [recorded, binding] = [count('recorded', given.recorded), count('binding', given.binding)];
  if (binding < recorded) throw bad('binding is before recorded');
  const version = positive('version', given.version);
  return { handle: handle(given.handle), version, state: stateOf(given), recorded, binding };
}

function isNext(a: CarriedConsent, b: CarriedConsent): boolean {
  return a.handle === b.handle ? a.version + 1 === b.version : a.handle < b.handle;
}

/** Some of the Consents to be carried over: by handle, then version. */
export function carryArgument(args: readonly string[]): { site: string; first: number; consents: CarriedConsent[] } {
  const value = onlyArgument(args, ['consents', 'first', 'site']);
  const consents = list('consents', value.consents).map(carried);
  if (consents.length > MAX_CARRIED) throw bad(`at most ${MAX_CARRIED} consents are carried over at once`);
  if (consents.some((one, index) => index > 0 && !isNext(consents[index - 1]!, one)))
    throw bad('consents are not in ascending order, each once');
  return { site: site(value.site), first: count('first', value.first), consents };
}

/** What is adopted is named again, so that whoever signs for it signs for this very log. */
export function adoptArgument(args: readonly string[]): { site: string; size: number; root: string } {
  const value = onlyArgument(args, ['root', 'site', 'size']);
  const [root] = encoded('root', value.root, 'base64');
  return { site: site(value.site), size: positive('size', value.size), root };
}
