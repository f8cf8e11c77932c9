import type { Hash64 } from './hash64.js';

/** Entries of one generation; two are kept, a few megabytes together. */
const GENERATION = 20_000;

/** Longer texts are not worth the memory. */
const LONGEST = 512;

const caches = new WeakMap<Hash64, Hash64>();

/**
 * The same hash, remembering what was asked for lately. Names of elements, codes and units come again with nearly every
 * resource, and a keyed hash costs a hundred times a look-up.
 */
export function cached(hash64: Hash64): Hash64 {
  const known = caches.get(hash64);
  if (known) return known;
  const made = withCache(hash64);
  caches.set(hash64, made);
  return made;
}

function withCache(hash64: Hash64): Hash64 {
  let young = new Map<string, bigint>();
  let old = new Map<string, bigint>();
  return (...parts) => {
    const key = keyOf(parts);
    if (key === undefined) return hash64(...parts);
    const hit = young.get(key);
    if (hit !== undefined) return hit;
    const hash = old.get(key) ?? hash64(...parts);
    if (young.size >= GENERATION) {
      old = young;
      young = new Map();
    }
    young.set(key, hash);
    return hash;
  };
}

/** Undefined where two lists could have the same key. */
function keyOf(parts: string[]): string | undefined {
  const key = parts.join('\u0000');
  let separators = 0;
  for (let at = key.indexOf('\u0000'); at >= 0; at = key.indexOf('\u0000', at + 1)) separators++;
  return separators === parts.length - 1 && key.length <= LONGEST ? key : undefined;
}
