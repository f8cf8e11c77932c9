// FHIR R4 http.html#history, of a resource type and of the whole system
import { resourceTypes } from '#libs/fhir-definitions';
import { badRequest, bundleText } from '#libs/fhir-model';
import { CursorSeal } from '#libs/search';
import type { Histories, HistoryPosition } from '#libs/store';
import type { Answer } from '../answer.js';
import type { FhirRequest, SystemRequest } from '../fhir-request.js';
import { readableTypes } from '../readable.js';
import { eventsOfVersions, shownIn } from '../record.js';
import { requesterText } from '../search.js';
import type { Services } from '../services.js';
import { historyEntry } from './entry.js';
import { type HistoryPage, historyPage } from './page.js';

const FROM = '_cursor';

/** The versions of all resources of a type that may be shown, newest first. @throws FhirError 400 or 403. */
export function historyOfType(services: Services, request: FhirRequest): Promise<Answer> {
  return history(services, request, 'history-type', [request.type], `${request.type}/_history`);
}

/** The same for all types that the scopes cover. @throws FhirError 400 or 403. */
export function historyOfSystem(services: Services, request: SystemRequest): Promise<Answer> {
  return history(services, request, 'history-system', [...resourceTypes()], '_history');
}

async function history(
  services: Services,
  request: SystemRequest,
  interaction: 'history-type' | 'history-system',
  types: readonly string[],
  path: string,
): Promise<Answer> {
  const { from, ...page } = historyPage(request, FROM);
  const readable = await readableTypes(services, request, interaction, types);
  const seal = new CursorSeal(services.store.siteKey('cursor'), [requesterText(request), path, page.query]);
  const after = from === undefined ? {} : { after: position(seal, from) };
  const result = await services.store.historyOf({ ...page, ...after }, readable);
  const versions = shownIn(result.entries);
  const done = { action: interaction, query: page.query };
  await services.store.record(eventsOfVersions(services, request, result.time, done, versions));
  return { status: 200, headers: {}, body: text(services, `${services.base}/${path}`, page, result, seal) };
}

function position(seal: CursorSeal, cursor: string): HistoryPosition {
  const [lastUpdated, pid] = seal.open(cursor);
  if (lastUpdated === undefined || pid === undefined || lastUpdated === null || pid === null) {
    throw badRequest('Parameter _cursor: it belongs to something else');
  }
  return { lastUpdated: BigInt(lastUpdated), pid: BigInt(pid) };
}

function text(services: Services, url: string, page: HistoryPage, result: Histories, seal: CursorSeal): string {
  const { next } = result;
  const query = page.query === '' ? '' : `${page.query}&`;
  const cursor = next && seal.seal([String(next.lastUpdated), String(next.pid)]);
  return bundleText({
    type: 'history',
    links: [
      { relation: 'self', url: page.query === '' ? url : `${url}?${page.query}` },
      ...(cursor === undefined ? [] : [{ relation: 'next' as const, url: `${url}?${query}${FROM}=${cursor}` }]),
    ],
    entries: result.entries.map((entry) => historyEntry(services, entry)),
  });
}
