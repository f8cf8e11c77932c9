/** A piece of a text: UTF-16 indices, `end` exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A member of an object: its name unescaped, and where its value stands. */
export interface Member extends Span {
  name: string;
}

const SKIPPED = /[^\s,:]/g;
const BRACKET_OR_QUOTE = /["[\]{}]/g;
const END_OF_SCALAR = /[\s,\]}]|$/g;

/**
 * The members of the object that starts at `at` of `text`, in order. White space does not matter.
 * The text must have passed {@link parse}: on anything else the spans are meaningless.
 */
export function* members(text: string, at = 0): Generator<Member> {
  let next = indexOf(SKIPPED, text, open(text, at, '{'));
  while (text[next] === '"') {
    const endOfName = endOfString(text, next);
    const start = indexOf(SKIPPED, text, endOfName);
    const end = endOfValue(text, start);
    yield { name: nameOf(text.slice(next, endOfName)), start, end };
    next = indexOf(SKIPPED, text, end);
  }
}

/** The elements of the array that starts at `at` of `text`, as {@link members} does it for objects. */
export function* elements(text: string, at = 0): Generator<Span> {
  let start = indexOf(SKIPPED, text, open(text, at, '['));
  while (start < text.length && text[start] !== ']') {
    const end = endOfValue(text, start);
    yield { start, end };
    start = indexOf(SKIPPED, text, end);
  }
}

function open(text: string, at: number, bracket: string): number {
  const start = indexOf(SKIPPED, text, at);
  if (text[start] !== bracket) throw new TypeError(`There is no ${bracket} at ${at}`);
  return start + 1;
}

function nameOf(literal: string): string {
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  return first === '{' || first === '[' ? endOfContainer(text, start) : indexOf(END_OF_SCALAR, text, start);
}

function endOfContainer(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const bracket = text[at];
    if (bracket === '"') at = endOfString(text, at);
    else {
      depth += bracket === '{' || bracket === '[' ? 1 : -1;
      at++;
    }
    if (depth > 0) at = indexOf(BRACKET_OR_QUOTE, text, at);
  } while (depth > 0 && at < text.length);
  return at;
}

function endOfString(text: string, start: number): number {
  let quote = start;
  do {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) return text.length;
  } while (isEscaped(text, quote));
  return quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function indexOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
