// RFC 8259: JSON texts, restricted as I-JSON (RFC 7493) restricts them, and in depth.
import { decode } from './decode.js';
import type { JsonDocument } from './json-value.js';
import { Lexemes } from './lexemes.js';
import { Scanner } from './scanner.js';

/** Nesting beyond which a text is refused unless the caller says otherwise. */
const DEFAULT_DEPTH = 100;

/** Nesting that no caller can raise: the scanner recurses, and its stack has to hold. */
const GREATEST_DEPTH = 1000;

export interface ParseLimits {
  /** Arrays and objects inside one another, the outermost being 1. Default 100, at most 1000. */
  maxDepth?: number;
}

/**
 * Reads one JSON text in UTF-8, in one pass. The caller bounds the size; time and memory are linear in it.
 *
 * Refused are, beside what RFC 8259 calls malformed: a byte order mark, invalid UTF-8, lone surrogates, a name twice in
 * an object (compared after unescaping), the name `__proto__`, and nesting beyond `limits.maxDepth`.
 * @throws JsonError naming the first fault.
 */
export function parse(bytes: Uint8Array, limits: ParseLimits = {}): JsonDocument {
  const lexemes = new Lexemes();
  const depth = Math.min(limits.maxDepth ?? DEFAULT_DEPTH, GREATEST_DEPTH);
  const scanner = new Scanner(decode(bytes), depth, lexemes);
  const value = scanner.document();
  return { text: scanner.minified(), value, lexeme: (holder, key) => lexemes.of(holder, key) };
}
