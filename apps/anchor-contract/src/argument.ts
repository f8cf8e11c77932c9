import { canonicalJson, type Flat } from './canonical-json.js';
import { Refusal } from './refusal.js';

/** Decision byte and leaf hash of one event. */
export const ENTRY_SIZE = 33;
const MAX_ENTRIES = 5_000;
const HASH_SIZE = 32;
const SITE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

export interface AppendArgument {
  site: string;
  first: number;
  size: number;
  /** Base64 as sent, which is its only spelling. */
  leaves: string;
  root: string;
  entries: Buffer;
}

function bad(detail: string): Refusal {
  return new Refusal('BAD_ARGUMENT', detail);
}

/** The object behind the one argument: exactly these members, and the text is its only spelling (RFC 8785). */
function flatObject(args: readonly string[], names: readonly string[]): Flat {
  if (args.length !== 1) throw bad('one JSON argument is expected');
  const text = args[0]!;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad('the argument is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('the argument is no JSON object');
  if (Object.keys(value).sort().join() !== [...names].sort().join())
    throw bad(`the members must be ${names.join(', ')}`);
  if (canonicalJson(value as Flat) !== text) throw bad('the argument is no canonical JSON');
  return value as Flat;
}

function site(value: unknown): string {
  if (typeof value !== 'string' || !SITE.test(value)) throw bad('site is no site name');
  return value;
}

function count(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw bad(`${name} is no whole number`);
  return value;
}

function base64(name: string, value: unknown): [string, Buffer] {
  if (typeof value !== 'string') throw bad(`${name} is no base64 text`);
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value) throw bad(`${name} is no canonical base64`);
  return [value, bytes];
}

function checkEntries(entries: Buffer, first: number, size: number): void {
  const number = entries.length / ENTRY_SIZE;
  if (!Number.isInteger(number) || number === 0) throw bad(`leaves must hold entries of ${ENTRY_SIZE} bytes`);
  if (number > MAX_ENTRIES) throw bad(`a batch holds at most ${MAX_ENTRIES} leaves`);
  for (let at = 0; at < entries.length; at += ENTRY_SIZE)
    if (entries[at]! > 1) throw bad('a decision is neither 0 nor 1');
  if (size !== first + number) throw bad('size is not first plus the number of leaves');
}

/** Throws a `BAD_ARGUMENT` refusal for anything but the one canonical spelling of a batch. */
export function appendArgument(args: readonly string[]): AppendArgument {
  const value = flatObject(args, ['first', 'leaves', 'root', 'site', 'size']);
  const first = count('first', value.first);
  const size = count('size', value.size);
  const [leaves, entries] = base64('leaves', value.leaves);
  const [root, rootBytes] = base64('root', value.root);
  if (rootBytes.length !== HASH_SIZE) throw bad('root is no SHA-256 hash');
  checkEntries(entries, first, size);
  return { site: site(value.site), first, size, leaves, root, entries };
}

/** The site name of `head {site}`. */
export function headArgument(args: readonly string[]): string {
  return site(flatObject(args, ['site']).site);
}
