// FHIR R4, section 2.24.0.1 "Primitive Types": base64Binary (RFC 4648 section 4, white space allowed).
import type { Primitive } from './primitive.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DIGIT = 1;
const SPACE = 2;
const PAD = 3;

/** What each character is by its code; 0 for one that has no place in base64. */
const KINDS = new Uint8Array(256);
for (const character of ALPHABET) KINDS[character.charCodeAt(0)] = DIGIT;
for (const character of ' \t\r\n') KINDS[character.charCodeAt(0)] = SPACE;
KINDS['='.charCodeAt(0)] = PAD;

export const base64Binary: Primitive = {
  json: 'string',
  check: (value) => typeof value === 'string' && isBase64(value),
  expected: 'base64: groups of four of A-Z a-z 0-9 + / with = at the end only',
};

/** One pass, as the text may have megabytes. */
function isBase64(text: string): boolean {
  let digits = 0;
  let pads = 0;
  for (let index = 0; index < text.length; index++) {
    const kind = KINDS[text.charCodeAt(index)];
    if (kind === DIGIT && pads === 0) digits++;
    else if (kind === PAD) pads++;
    else if (kind !== SPACE) return false;
  }
  return digits > 0 && pads <= 2 && (digits + pads) % 4 === 0;
}
