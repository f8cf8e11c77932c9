// Observations of one patient, newest first, for $lastn and $stats.
import { decide } from '#libs/consent';
import { type JsonDocument, type JsonObject, parse } from '#libs/fhir-json';
import { FhirError } from '#libs/fhir-model';
import { parseSearch } from '#libs/search';
import type { StoredVersion } from '#libs/store';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { isObject } from '../resource-body.js';
import { searchOptions } from '../search.js';
import type { Services } from '../services.js';

/** Looked through at most; more is refused, so that no answer is silently about a part of them. */
const MOST = 10_000;
const AT_ONCE = 500;

/** An Observation that may be shown. */
export interface Observed {
  readonly version: StoredVersion;
  readonly document: JsonDocument;
  readonly resource: JsonObject;
}

/**
 * What matches a query and may be shown, by date, newest first, and when that was decided.
 * @throws FhirError 400, 403; 422 where there are too many.
 */
export async function observations(
  services: Services,
  request: FhirRequest,
  query: readonly (readonly [string, string])[],
): Promise<{ found: Observed[]; time: bigint }> {
  const facts = await granted(services, request, 'search-type');
  const pairs: (readonly [string, string])[] = [...query, ['_sort', '-date'], ['_count', String(AT_ONCE)]];
  const search = parseSearch('Observation', pairs, searchOptions(services, request, facts));
  const permit = decide(facts, services.store.hash64);
  const found: Observed[] = [];
  for (let after = search.after; ; ) {
    const page = await services.store.search({ ...search, ...(after && { after }) }, permit);
    found.push(...page.matches.map(observed));
    if (page.next === undefined) return { found, time: page.time };
    if (found.length >= MOST) throw tooMany();
    after = page.next;
  }
}

function observed(version: StoredVersion): Observed {
  const document = parse(version.bytes);
  if (!isObject(document.value)) throw new TypeError('a resource is an object');
  return { version, document, resource: document.value };
}

function tooMany(): FhirError {
  const diagnostics = `More than ${MOST} Observations would have to be looked at: narrow the question`;
  return new FhirError(422, { severity: 'error', code: 'too-costly', diagnostics });
}
