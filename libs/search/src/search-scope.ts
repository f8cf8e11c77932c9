// FHIR R4 http.html#vsearch: on one type, on several, on all, or on what is in a compartment.
import { resourceTypes } from '#libs/fhir-definitions';
import { splitEscaped } from './escape.js';
import { malformed } from './refusal.js';

/** Where a search looks. */
export interface SearchScope {
  /** Known types, each once. Parameters must be known for all of them. */
  readonly types: readonly string[];
  /** The URL of the search, relative to the base: `Patient`, nothing, `Patient/1/*`. Pages of one are none of another. */
  readonly path: string;
  /** `_type` may be among the parameters; what it says is in `types` already. */
  readonly choosesTypes?: boolean;
  /** Only what is in the compartment of this resource. */
  readonly compartment?: { readonly type: string; readonly id: string };
}

/** The types that `_type` names, each once; undefined without it. @throws FhirError 400 for what is no type. */
export function typesAsked(query: readonly (readonly [string, string])[]): string[] | undefined {
  const asked = query.filter(([name]) => name === '_type');
  const [first, ...more] = asked;
  if (first === undefined) return undefined;
  if (more.length > 0) throw malformed('_type', 'it may be given once only');
  const known = resourceTypes();
  const types = new Set(splitEscaped(first[1], ',', known.size + 1).map((type) => type.trim()));
  for (const type of types) if (!known.has(type)) throw malformed('_type', 'resource types joined by comma');
  return [...types];
}

/** All resources of one type. */
export function ofType(type: string): SearchScope {
  return { types: [type], path: type };
}
