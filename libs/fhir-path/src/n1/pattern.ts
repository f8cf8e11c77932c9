// FHIRPath N1, sections "matches" and "replaceMatches": regular expressions come from packages, texts from clients.
import { createContext, Script } from 'node:vm';
import { LRUCache } from 'lru-cache';
import { OutOfSteps } from './environment.js';

/** Other patterns are at worst slow on long texts; one that repeats a repetition can be slow on any. */
const RISKY = /\)[*+{]/;
const SHORT = 1000;
const MILLISECONDS = 500;

const compiled = new LRUCache<string, RegExp>({ max: 500 });

/** The limit costs more than most matches; paths and names come again and again. */
const answered = new LRUCache<string, boolean>({ max: 5000 });
const LONGEST_KEPT = 200;

/** @throws OutOfSteps when it takes too long, Error when the pattern is none. */
export function matches(text: string, pattern: string): boolean {
  const expression = regular(pattern);
  if (text.length <= SHORT && !RISKY.test(pattern)) return expression.test(text);
  if (text.length > LONGEST_KEPT) return limited(() => expression.test(text));
  const key = `${pattern} ${text}`;
  const isMatch = answered.get(key) ?? limited(() => expression.test(text));
  answered.set(key, isMatch);
  return isMatch;
}

/** @throws as `matches` */
export function replaceMatches(text: string, pattern: string, by: string): string {
  const one = regular(pattern);
  const expression = new RegExp(one, `g${one.flags}`);
  return limited(() => text.replaceAll(expression, by));
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

/** Only the vm module can stop a regular expression. */
function limited<T extends boolean | string>(compute: () => T): T {
  sandbox.call = compute;
  try {
    return invoke.runInContext(context, { timeout: MILLISECONDS }) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new OutOfSteps();
    throw error;
  } finally {
    sandbox.call = undefined;
  }
}

const sandbox: { call: (() => unknown) | undefined } = Object.create(null);
sandbox.call = undefined;
const context = createContext(sandbox);
const invoke = new Script('call()');
