// RFC 8785: JSON Canonicalization Scheme (JCS).
import type { JsonObject, JsonValue } from './json-value.js';

/**
 * The one text of `value` under RFC 8785: names sorted by UTF-16 code units, numbers as ECMAScript writes them.
 * Number lexemes are lost by design, so this is for values that we make, not for what a client sent.
 * @throws TypeError on NaN, infinities and lone surrogates, which the standard excludes.
 */
export function canonical(value: JsonValue): string {
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (value === null || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? `[${value.map(canonical).join(',')}]` : canonicalObject(value);
}

function canonicalObject(object: JsonObject): string {
  const members = Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, value]) => `${canonicalString(name)}:${canonical(value)}`).join(',')}}`;
}

/** Nothing in it is escaped: printable ASCII but for the quotation mark and the backslash. */
const PLAIN = /^[ !#-[\]-~]*$/;

function canonicalString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`; // a third of the time that JSON.stringify takes for a long one
  if (!text.isWellFormed()) throw new TypeError('A lone surrogate has no canonical form');
  return JSON.stringify(text);
}

function canonicalNumber(number: number): string {
  if (!Number.isFinite(number)) throw new TypeError('Only finite numbers have a canonical form');
  return JSON.stringify(number);
}
