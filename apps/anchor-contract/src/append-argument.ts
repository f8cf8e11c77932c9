// `append {consents?, first, leaves, root, site, size}`
import { bad, count, encoded, handle, hash, list, members, onlyArgument, positive, site } from './argument-shape.js';
import type { Json } from './canonical-json.js';

/** Decision byte and leaf hash of one event. */
export const ENTRY_SIZE = 33;
const MAX_ENTRIES = 5_000;
const MAX_CONSENTS = 1_000;

/** That events of the batch relied on a version of a Consent, and when. */
export interface Reliance {
  handle: string;
  version: number;
  /** Earliest and latest decision time, microseconds since 1970, by the clock of the site's database. */
  earliest: number;
  latest: number;
}

export interface AppendArgument {
  site: string;
  first: number;
  size: number;
  /** Base64 as sent, which is its only spelling. */
  leaves: string;
  root: string;
  entries: Buffer;
  /** By handle, then version; each once. */
  consents: Reliance[];
}

function checkEntries(entries: Buffer, first: number, size: number): void {
  const number = entries.length / ENTRY_SIZE;
  if (!Number.isInteger(number) || number === 0) throw bad(`leaves must hold entries of ${ENTRY_SIZE} bytes`);
  if (number > MAX_ENTRIES) throw bad(`a batch holds at most ${MAX_ENTRIES} leaves`);
  for (let at = 0; at < entries.length; at += ENTRY_SIZE)
    if (entries[at]! > 1) throw bad('a decision is neither 0 nor 1');
  if (size !== first + number) throw bad('size is not first plus the number of leaves');
}

export function reliance(value: Json): Reliance {
  const given = members(value, ['earliest', 'handle', 'latest', 'version']);
  const [earliest, latest] = [count('earliest', given.earliest), count('latest', given.latest)];
  if (earliest > latest) throw bad('earliest is after latest');
  return { handle: handle(given.handle), version: positive('version', given.version), earliest, latest };
}

function isBefore(a: Reliance, b: Reliance): boolean {
  return a.handle === b.handle ? a.version < b.version : a.handle < b.handle;
}

/** None relied on has one spelling: no member. */
function reliances(value: Json | undefined): Reliance[] {
  if (value === undefined) return [];
  const all = list('consents', value).map(reliance);
  if (all.length > MAX_CONSENTS) throw bad(`a batch relies on at most ${MAX_CONSENTS} consents`);
  if (all.some((one, index) => index > 0 && !isBefore(all[index - 1]!, one)))
    throw bad('consents are not in ascending order, each once');
  return all;
}

/** Throws a `BAD_ARGUMENT` refusal for anything but the one canonical spelling of a batch. */
export function appendArgument(args: readonly string[]): AppendArgument {
  const value = onlyArgument(args, ['first', 'leaves', 'root', 'site', 'size'], ['consents']);
  const first = count('first', value.first);
  const size = count('size', value.size);
  const [leaves, entries] = encoded('leaves', value.leaves, 'base64');
  const root = hash('root', value.root);
  checkEntries(entries, first, size);
  return { site: site(value.site), first, size, leaves, root, entries, consents: reliances(value.consents) };
}
