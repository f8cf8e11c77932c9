// FHIRPath N1, sections "matches" and "replaceMatches": regular expressions come from packages, texts from clients.
import { createContext, Script } from 'node:vm';
import { LRUCache } from 'lru-cache';
import { OutOfSteps } from './environment.js';

/** Other patterns are at worst slow on long texts; one that repeats a repetition or a choice can be slow on any. */
const RISKY = /[*+}?|][^(]*\)[*+{]/;
const SHORT = 1000;

const compiled = new LRUCache<string, RegExp>({ max: 500 });

/** A regular expression was to be run that may take for ever, outside `withTimeLimit`. */
export class NeedsTimeLimit extends Error {
  override readonly name = 'NeedsTimeLimit';
}

/** @throws NeedsTimeLimit, Error when the pattern is none. */
export function matches(text: string, pattern: string): boolean {
  const expression = regular(pattern);
  limitFor(text, pattern);
  return expression.test(text);
}

/** @throws as `matches` */
export function replaceMatches(text: string, pattern: string, by: string): string {
  const one = regular(pattern);
  limitFor(text, pattern);
  return text.replaceAll(new RegExp(one, `g${one.flags}`), by);
}

function limitFor(text: string, pattern: string): void {
  if (!isLimited && (text.length > SHORT || RISKY.test(pattern))) throw new NeedsTimeLimit();
}

function regular(pattern: string): RegExp {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = either(pattern);
    compiled.set(pattern, expression);
  }
  return expression;
}

/** Patterns written for other engines escape what needs none, which Unicode mode refuses. */
function either(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'su');
  } catch {
    return new RegExp(pattern, 's');
  }
}

let isLimited = false;

/**
 * Runs something that is stopped after so many milliseconds, wherever it is then. Only the vm module can stop a regular expression;
 * to ask it takes longer than most expressions, so it is asked once for a whole document, and only where there is need.
 * @throws OutOfSteps when it was stopped.
 */
export function withTimeLimit<T>(milliseconds: number, compute: () => T): T {
  if (isLimited) return compute();
  isLimited = true;
  sandbox.call = compute;
  try {
    return invoke.runInContext(context, { timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new OutOfSteps();
    throw error;
  } finally {
    sandbox.call = undefined;
    isLimited = false;
  }
}

const sandbox: { call: (() => unknown) | undefined } = Object.create(null);
sandbox.call = undefined;
const context = createContext(sandbox);
const invoke = new Script('call()');
