// FHIR R4, section 2.26.3.0 "Resource": what a server may change in a resource that it stores.
import { createHash } from 'node:crypto';
import { tokens } from './tokens.js';

/**
 * Equal for two JSON texts of a resource exactly if they are the same but for white space, how strings are escaped, and
 * `id`, `meta.versionId` and `meta.lastUpdated` (and a `meta` that has nothing else). Order and number lexemes count.
 */
export function contentDigest(text: string): string {
  return digestOf(content(tokens(text)));
}

/** Content of which the server replaces references: those at these places among its tokens. */
export interface OpenContent {
  digest: string;
  replaced: readonly number[];
}

const REPLACED = /^"(?:urn:uuid:|[A-Z][A-Za-z]*\?)/;
const LITERAL = /^"[A-Z][A-Za-z]*\/[A-Za-z0-9\-.]{1,64}"$/;

/** FHIR R4 http.html#trules: what was sent in a transaction, but for the references that become literal ones there. */
export function openContent(text: string): OpenContent {
  const all = content(tokens(text));
  const replaced = all.flatMap((token, at) => (all[at - 1] === '"reference"' && REPLACED.test(token) ? [at] : []));
  return { digest: digestOf(without(all, replaced)), replaced };
}

/** Whether what was read is what was sent, with a literal reference wherever one had to be put. */
export function isOpenContent(text: string, { digest, replaced }: OpenContent): boolean {
  const all = content(tokens(text));
  return replaced.every((at) => LITERAL.test(all[at] ?? '')) && digestOf(without(all, replaced)) === digest;
}

function without(all: readonly string[], places: readonly number[]): string[] {
  const left = [...all];
  for (const at of places) left[at] = '*';
  return left;
}

function digestOf(all: readonly string[]): string {
  return createHash('sha256').update(all.join('\n')).digest('hex');
}

/** The tokens of a resource without those that belong to the server. */
export function content(all: string[]): string[] {
  return withoutMembers(all, (name, value) => {
    if (name === '"id"') return [];
    if (name !== '"meta"' || value[0] !== '{') return value;
    const meta = withoutMembers(value, (key, part) => (key === '"versionId"' || key === '"lastUpdated"' ? [] : part));
    return meta.length > 2 ? meta : [];
  });
}

/** The tokens of an object with each member's value replaced; the member goes when nothing replaces it. */
function withoutMembers(all: string[], replace: (name: string, value: string[]) => string[]): string[] {
  if (all[0] !== '{') return all;
  const kept = ['{'];
  let at = 1;
  while (at < all.length - 1) {
    const end = endOfValue(all, at + 1);
    const name = all[at] ?? '';
    const value = replace(name, all.slice(at + 1, end));
    for (const token of value.length > 0 ? [name, ...value] : []) kept.push(token);
    at = end;
  }
  kept.push('}');
  return kept;
}

function endOfValue(all: string[], start: number): number {
  let depth = 0;
  let at = start;
  do {
    const token = all[at++];
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
  } while (depth > 0 && at < all.length);
  return at;
}
