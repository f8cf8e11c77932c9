// What the state holds was written by this contract, or endorsed by whoever may write the key: it is read as strictly as an argument
import { CompactRange } from '../../../libs/merkle/src/index.js';
import { bad } from './argument-shape.js';
import type { Json } from './canonical-json.js';
import { Refusal } from './refusal.js';
import { shallowJson } from './shallow-json.js';

/** What is under a key, as `read` finds it; undefined where there is nothing. Refuses BAD_STATE for what `read` refuses. */
export function stored<T>(state: Uint8Array, what: string, read: (value: unknown) => T): T | undefined {
  if (state.length === 0) return undefined;
  try {
    return read(shallowJson(Buffer.from(state).toString('utf8')));
  } catch {
    throw new Refusal('BAD_STATE', `what is stored of ${what} cannot be read`);
  }
}

/** The same, and undefined also for what cannot be read: for where damage must not stop anyone. */
export function readable<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'BAD_STATE') return undefined;
    throw error;
  }
}

export function text(name: string, value: Json | undefined): string {
  if (typeof value !== 'string') throw bad(`${name} is no text`);
  return value;
}

/** A list that may be empty, as no argument has one: there it is left out. */
export function perhapsEmpty(name: string, value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw bad(`${name} is no list`);
  return value;
}

/** The range of the tree that was stored so. Refuses BAD_STATE for what is none. */
export function storedRange(size: number, hashes: readonly string[]): CompactRange {
  try {
    return CompactRange.of(
      size,
      hashes.map((hash) => Buffer.from(hash, 'base64')),
    );
  } catch {
    throw new Refusal('BAD_STATE', 'the stored range is not that of a tree');
  }
}
