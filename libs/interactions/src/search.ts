// FHIR R4 search.html, on one type
import type { Requester } from '#libs/access';
import { decide, type Permit } from '#libs/consent';
import { type BundleEntry, bundleText } from '#libs/fhir-model';
import { parseSearch, type SearchOptions, type SearchRequest } from '#libs/search';
import type { Readable, StoredVersion } from '#libs/store';
import type { Answer } from './answer.js';
import type { FhirRequest, SystemRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { type Done, eventsOfVersions } from './record.js';
import type { Services } from './services.js';

/** A searchset of what may be shown. @throws FhirError 400 naming the parameter that is not understood, 403. */
export async function searchType(services: Services, request: FhirRequest): Promise<Answer> {
  const { store } = services;
  const facts = await granted(services, request, 'search-type');
  const lenient = request.preference.handling === 'lenient';
  const search = parseSearch(request.type, request.query, { ...searchOptions(services, request, facts), lenient });
  const done = { action: 'search-type', query: queryText(search.used) };
  return searchset(services, request, search, decide(facts, store.hash64), done);
}

/** The answer to a search, its event durable. */
export async function searchset(
  services: Services,
  request: SystemRequest,
  search: SearchRequest,
  permit: Permit | readonly Readable[],
  done: Pick<Done, 'action' | 'query'>,
): Promise<Answer> {
  const page = await services.store.search(search, permit);
  await services.store.record(eventsOfVersions(services, request, page.time, done, page.matches));
  return { status: 200, headers: {}, body: searchsetText(services, search, page) };
}

/** What a query is read with; unknown parameters are refused. */
export function searchOptions(
  services: Services,
  request: SystemRequest,
  facts: Pick<Requester, 'compartment'>,
): SearchOptions {
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

/** For links and for the event. */
export function queryText(used: SearchRequest['used']): string {
  return new URLSearchParams(used.map(([name, value]): [string, string] => [name, value])).toString();
}

interface Page {
  matches: readonly StoredVersion[];
  total?: number;
  next?: readonly (string | null)[];
}

function searchsetText(services: Services, search: SearchRequest, { matches, total, next }: Page): string {
  const urlWith = (more: [string, string][]) => {
    const query = queryText([...search.used, ...more]);
    const url = search.path === '' ? services.base : `${services.base}/${search.path}`;
    return query === '' ? url : `${url}?${query}`;
  };
  return bundleText({
    type: 'searchset',
    ...(total === undefined ? {} : { total }),
    links: [
      { relation: 'self', url: urlWith([]) },
      ...(next ? [{ relation: 'next' as const, url: urlWith([['_cursor', search.nextCursor(next)]]) }] : []),
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
