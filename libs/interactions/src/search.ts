// FHIR R4 search.html, on one type
import type { Requester } from '#libs/access';
import { decide } from '#libs/consent';
import { type BundleEntry, bundleText } from '#libs/fhir-model';
import { parseSearch, type SearchOptions, type SearchRequest } from '#libs/search';
import type { StoredVersion } from '#libs/store';
import type { Answer } from './answer.js';
import type { FhirRequest, SystemRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { eventsOfVersions } from './record.js';
import type { Services } from './services.js';

/** A searchset of what may be shown. @throws FhirError 400 naming the parameter that is not understood, 403. */
export async function searchType(services: Services, request: FhirRequest): Promise<Answer> {
  const { store } = services;
  const facts = await granted(services, request, 'search-type');
  const lenient = request.preference.handling === 'lenient';
  const search = parseSearch(request.type, request.query, { ...searchOptions(services, request, facts), lenient });
  const page = await store.search(search, decide(facts, store.hash64));
  const query = queryText(search.used);
  const done = { action: 'search-type', query };
  await store.record(eventsOfVersions(services, request, page.time, done, page.matches));
  return { status: 200, headers: {}, body: searchsetText(services, search, page) };
}

/** What a query is read with; unknown parameters are refused. */
export function searchOptions(services: Services, request: SystemRequest, facts: Requester): SearchOptions {
  const { store, base } = services;
  return {
    hash64: store.hash64,
    cursorKey: store.siteKey('cursor'),
    requester: requesterText(request),
    baseUrl: base,
    ...(facts.compartment === undefined ? {} : { patientId: facts.compartment }),
  };
}

/** Who may go on from a page: the same user of the same client for the same purpose. */
export function requesterText({ context }: SystemRequest): string {
  const { issuer, subject, client, user, organization, patient, purpose } = context;
  return JSON.stringify([issuer, subject, client, user, organization, patient, purpose]);
}

function queryText(used: SearchRequest['used']): string {
  return new URLSearchParams(used.map(([name, value]): [string, string] => [name, value])).toString();
}

interface Page {
  matches: readonly StoredVersion[];
  total?: number;
  next?: readonly (string | null)[];
}

function searchsetText(services: Services, search: SearchRequest, { matches, total, next }: Page): string {
  const url = (more: [string, string][]) => {
    const query = queryText([...search.used, ...more]);
    return `${services.base}/${search.type}${query === '' ? '' : `?${query}`}`;
  };
  return bundleText({
    type: 'searchset',
    ...(total === undefined ? {} : { total }),
    links: [
      { relation: 'self', url: url([]) },
      ...(next ? [{ relation: 'next' as const, url: url([['_cursor', search.nextCursor(next)]]) }] : []),
    ],
    entries: matches.map((match) => entry(services, match)),
  });
}

function entry(services: Services, { type, id, bytes }: StoredVersion): BundleEntry {
  return {
    fullUrl: `${services.base}/${type}/${id}`,
    resourceText: bytes.toString('utf8'),
    search: { mode: 'match' },
  };
}
