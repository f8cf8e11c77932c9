// FHIR R4, section 3.1.1.4.15 "uri".
import { isSubtype, type PathResult } from '#libs/fhir-path';
import { unescaped } from './escape.js';
import type { Term } from './term.js';

/** A uri is found by its exact text, a canonical by its text without `|version` too. */
export function uriTerms({ value, type }: PathResult): Term[] {
  if (typeof value !== 'string' || !isSubtype(type, 'uri')) return [];
  return [value, ...(type === 'canonical' ? withoutVersion(value) : [])].map((text) => ['uri', text]);
}

/** The canonical URL that `url|version` is a version of. */
export function withoutVersion(canonical: string): string[] {
  const at = canonical.lastIndexOf('|');
  return at > 0 ? [canonical.slice(0, at)] : [];
}

export function uriQuery(text: string, name: string): Term | undefined {
  const value = unescaped(text, name);
  return value === '' ? undefined : ['uri', value];
}
