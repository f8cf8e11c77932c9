/** A piece of a text: UTF-16 indices, `end` exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A member of an object: its name unescaped, and where its value stands. */
export interface Member extends Span {
  name: string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The members of the object that starts at `at` of `text`, in order. White space does not matter.
 * The text must have passed {@link parse}: on anything else the spans are meaningless.
 */
export function* members(text: string, at = 0): Generator<Member> {
  let next = skipped(text, open(text, at, OPEN_OBJECT));
  while (text.charCodeAt(next) === QUOTE) {
    const endOfName = endOfString(text, next);
    const start = skipped(text, endOfName);
    const end = endOfValue(text, start);
    yield { name: nameOf(text.slice(next, endOfName)), start, end };
    next = skipped(text, end);
  }
}

/** The elements of the array that starts at `at` of `text`, as {@link members} does it for objects. */
export function* elements(text: string, at = 0): Generator<Span> {
  let start = skipped(text, open(text, at, OPEN_ARRAY));
  while (start < text.length && text.charCodeAt(start) !== CLOSE_ARRAY) {
    const end = endOfValue(text, start);
    yield { start, end };
    start = skipped(text, end);
  }
}

function open(text: string, at: number, bracket: number): number {
  const start = skipped(text, at);
  if (text.charCodeAt(start) !== bracket) throw new TypeError(`There is no ${String.fromCharCode(bracket)} at ${at}`);
  return start + 1;
}

function nameOf(literal: string): string {
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

/** The first place from `at` on that is neither white space nor between two values. */
function skipped(text: string, at: number): number {
  let next = at;
  for (;;) {
    const code = text.charCodeAt(next);
    // NaN, past the end, is none of them.
    if (!isWhiteSpace(code) && code !== COMMA && code !== COLON) return Math.min(next, text.length);
    next++;
  }
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return endOfString(text, start);
  return isOpening(first) ? endOfContainer(text, start) : endOfScalar(text, start);
}

function isOpening(code: number): boolean {
  return code === OPEN_OBJECT || code === OPEN_ARRAY;
}

function isClosing(code: number): boolean {
  return code === CLOSE_OBJECT || code === CLOSE_ARRAY;
}

function endOfScalar(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || isClosing(code) || isWhiteSpace(code)) return at;
  }
  return text.length;
}

function endOfContainer(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (isOpening(code)) depth++;
    else if (isClosing(code) && --depth === 0) return at + 1;
    at++;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
  }
  return text.length;
}
