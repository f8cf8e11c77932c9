// FHIR R4 http.html#ccreate, #cond-update and #cdelete: the search that a write depends on.
import { decide, type Permit } from '#libs/consent';
import { badRequest } from '#libs/fhir-model';
import { parseSearch, type SearchRequest } from '#libs/search';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { searchOptions } from '../search.js';
import type { Services } from '../services.js';

/** A search whose result decides about a write. */
export interface Criteria {
  readonly search: SearchRequest;
  readonly permit: Permit;
  /** Equal for searches that ask for the same, however they are spelt: two writes that depend on them take turns. */
  readonly lock: string;
}

/** Parameters about the answer: they may stand in the URL of a conditional update, and select nothing. */
const ABOUT_ANSWER = new Set(['_format', '_pretty', '_summary', '_elements']);
const NO_CRITERIA = new Set(['_count', '_sort', '_total', '_cursor']);

/**
 * Reads the condition of a request.
 * @throws FhirError 400 for a parameter that is not understood, or none at all; 403 where no scope covers searching.
 */
export async function criteriaOf(services: Services, request: FhirRequest, most = 1): Promise<Criteria> {
  const pairs = [...new URLSearchParams(request.condition ?? '')].filter(([name]) => !ABOUT_ANSWER.has(name));
  if (pairs.length === 0) throw badRequest('A conditional interaction needs a search parameter to find its match by');
  if (pairs.some(([name]) => NO_CRITERIA.has(name))) {
    throw badRequest('The condition of a conditional interaction takes search parameters only');
  }
  const facts = await granted(services, request, 'search-type');
  const query: [string, string][] = [...pairs, ['_count', String(most + 1)]];
  const search = parseSearch(request.type, query, searchOptions(services, request, facts));
  return { search, permit: decide(facts, services.store.hash64), lock: lockText(search) };
}

function lockText({ path, params }: SearchRequest): string {
  const clauses = params.map(({ not, anyOf }) => JSON.stringify([not, anyOf.map(plain).sort()]));
  return JSON.stringify([path, ...clauses.sort()]);
}

function plain(condition: object): string {
  return JSON.stringify(condition, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

/** The search of an If-None-Exist, which may be written with the type and the mark before it. A "?" further on belongs to a value. */
export function searchIn(text: string): string {
  return text.replace(/^(?:[A-Z][A-Za-z]+)?\?/, '');
}
