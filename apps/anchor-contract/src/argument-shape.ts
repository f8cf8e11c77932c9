// What every argument has in common: one canonical JSON object of known members, each of its one type
import { canonicalJson, type Json, type JsonObject } from './canonical-json.js';
import { Refusal } from './refusal.js';
import { shallowJson } from './shallow-json.js';

const SITE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;
const MSP_ID = /^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$/;
const HASH_SIZE = 32;

export function bad(detail: string): Refusal {
  return new Refusal('BAD_ARGUMENT', detail);
}

function parsed(text: string): unknown {
  try {
    return shallowJson(text);
  } catch {
    throw bad('the argument is no JSON, or nested too deep');
  }
}

/** The members of an object: all `required`, perhaps `optional` ones, no other. */
export function members(value: unknown, required: readonly string[], optional: readonly string[] = []): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('the argument is no JSON object');
  const names = Object.keys(value);
  const missing = required.some((name) => !names.includes(name));
  const unknown = names.some((name) => !required.includes(name) && !optional.includes(name));
  if (missing || unknown) throw bad(`the members must be ${[...required, ...optional].join(', ')}`);
  return value as JsonObject;
}

/** The object behind the one argument; its text must be its only spelling (RFC 8785). */
export function onlyArgument(
  args: readonly string[],
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (args.length !== 1) throw bad('one JSON argument is expected');
  const value = members(parsed(args[0]!), required, optional);
  if (canonicalJson(value) !== args[0]) throw bad('the argument is no canonical JSON');
  return value;
}

export function site(value: Json | undefined): string {
  if (typeof value !== 'string' || !SITE.test(value)) throw bad('site is no site name');
  return value;
}

export function mspId(value: Json | undefined): string {
  if (typeof value !== 'string' || !MSP_ID.test(value)) throw bad('an organisation is no MSP id');
  return value;
}

export function count(name: string, value: Json | undefined): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw bad(`${name} is no whole number`);
  return value;
}

export function positive(name: string, value: Json | undefined): number {
  const number = count(name, value);
  if (number === 0) throw bad(`${name} begins at 1`);
  return number;
}

export function list(name: string, value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value) || value.length === 0) throw bad(`${name} is no list with something in it`);
  return value;
}

/** A text in the only spelling of its bytes, and the bytes. */
export function encoded(name: string, value: Json | undefined, encoding: 'base64' | 'base64url'): [string, Buffer] {
  if (typeof value !== 'string') throw bad(`${name} is no ${encoding} text`);
  const bytes = Buffer.from(value, encoding);
  if (bytes.toString(encoding) !== value) throw bad(`${name} is no canonical ${encoding}`);
  return [value, bytes];
}

/** A SHA-256 hash in base64. */
export function hash(name: string, value: Json | undefined): string {
  const [text, bytes] = encoded(name, value, 'base64');
  if (bytes.length !== HASH_SIZE) throw bad(`${name} is no SHA-256 hash`);
  return text;
}

/** The keyed pseudonym of a Consent, 32 bytes in base64url. */
export function handle(value: Json | undefined): string {
  const [text, bytes] = encoded('handle', value, 'base64url');
  if (bytes.length !== HASH_SIZE) throw bad(`handle has not ${HASH_SIZE} bytes`);
  return text;
}
