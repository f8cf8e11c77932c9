// FHIR R4, section 2.24.0.1 "Primitive Types": base64Binary (RFC 4648 section 4, white space allowed).
import type { Primitive } from './primitive.js';

const SPACE = /\s+/g;
const ALPHABET = /^[A-Za-z0-9+/]*$/;

export const base64Binary: Primitive = {
  json: 'string',
  check: (value) => typeof value === 'string' && isBase64(value),
  expected: 'base64: groups of four of A-Z a-z 0-9 + / with = at the end only',
};

/** Linear in the text, which may be megabytes. */
function isBase64(text: string): boolean {
  const digits = text.replace(SPACE, '');
  if (digits.length === 0 || digits.length % 4 !== 0) return false;
  const padding = digits.endsWith('==') ? 2 : Number(digits.endsWith('='));
  return ALPHABET.test(digits.slice(0, digits.length - padding));
}
