// RFC 8259 section 7: strings.
import type { JsonErrorReason } from './json-error.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const FOUR_HEX = /[0-9a-fA-F]{4}/y;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** What is wrong with a string, at UTF-16 index `at` of the whole text. */
export class StringFault extends Error {
  constructor(
    readonly reason: JsonErrorReason,
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** From `start`, the first character that is a quote, a backslash or not allowed in a string (or the end of the text). */
export function endOfPlainString(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    // NaN, past the end, is not >= anything.
    if (!(code >= FIRST_PRINTABLE) || code === QUOTE || code === BACKSLASH) return at;
    at++;
  }
}

/**
 * The string whose first character is at `start`, and where its closing quote is.
 * @throws StringFault
 */
export function readEscaped(text: string, start: number): { value: string; end: number } {
  let value = '';
  let from = start;
  for (;;) {
    const end = endOfPlainString(text, from);
    value += text.slice(from, end);
    const code = text.charCodeAt(end);
    if (code === QUOTE) return { value: wellFormed(value, start), end };
    if (code !== BACKSLASH) throw unfinished(text, end);
    value += escaped(text, end + 1);
    from = end + (text[end + 1] === 'u' ? 6 : 2);
  }
}

function escaped(text: string, at: number): string {
  const character = text[at] ?? '';
  if (character === 'u') return codeUnit(text, at + 1);
  const short = SHORT_ESCAPES.get(character);
  if (short === undefined) throw new StringFault('syntax', 'An escape is not one of JSON', at);
  return short;
}

function codeUnit(text: string, at: number): string {
  FOUR_HEX.lastIndex = at;
  if (!FOUR_HEX.test(text)) throw new StringFault('syntax', 'An escape lacks its four hexadecimal digits', at);
  return String.fromCharCode(Number.parseInt(text.slice(at, at + 4), 16));
}

function wellFormed(value: string, start: number): string {
  if (!value.isWellFormed()) throw new StringFault('surrogate', 'A string has half of a surrogate pair', start);
  return value;
}

function unfinished(text: string, at: number): StringFault {
  const what = at >= text.length ? 'A string does not end' : 'A control character in a string is not escaped';
  return new StringFault('syntax', what, at);
}
