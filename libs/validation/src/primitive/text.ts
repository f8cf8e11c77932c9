// FHIR R4, section 2.24.0.1 "Primitive Types": string, markdown, code, id, xhtml.
import { isWritable } from './characters.js';
import type { Primitive } from './primitive.js';

/** "Strings SHALL NOT exceed 1MB (1024*1024 characters) in size." */
export const LONGEST_STRING = 1024 * 1024;

/** White space is what it is in XML, whose regular expressions the standard uses: a no-break space is none. */
const VISIBLE = /[^ \t\r\n]/;
const NO_CODE = /[\t\r\n]| {2}|^ | $/;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

export const string: Primitive = {
  json: 'string',
  check: isText,
  expected: 'text that is not blank, of at most 1,048,576 characters',
};

export const markdown: Primitive = string;

export const code: Primitive = {
  json: 'string',
  check: (value) => typeof value === 'string' && value !== '' && !NO_CODE.test(value) && isWritable(value),
  expected: 'a code: no space at its ends, and single ones inside',
};

export const id: Primitive = {
  json: 'string',
  check: (value) => typeof value === 'string' && ID.test(value),
  expected: 'an id: 1 to 64 letters A-Z and a-z, digits, hyphens and dots',
};

export const xhtml: Primitive = {
  json: 'string',
  check: (value) => typeof value === 'string' && VISIBLE.test(value) && isWritable(value),
  expected: 'XHTML in a string that is not blank',
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && VISIBLE.test(value) && value.length <= LONGEST_STRING && isWritable(value);
}
