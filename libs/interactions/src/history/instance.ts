// FHIR R4 http.html#history, of one instance
import { decide } from '#libs/consent';
import { bundleText, notFound } from '#libs/fhir-model';
import type { History } from '#libs/store';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { eventOf, eventsOfVersions, shownIn } from '../record.js';
import type { Services } from '../services.js';
import { historyEntry } from './entry.js';
import { type HistoryPage, historyPage, wholeNumber } from './page.js';

/** Versions below this number. */
const FROM = '_before';

/** All versions that may be shown, newest first, in pages. @throws FhirError 400, 403 or 404 (also when hidden). */
export async function historyOfInstance(services: Services, request: FhirRequest): Promise<Answer> {
  const { from, ...page } = historyPage(request, FROM);
  const before = wholeNumber(from, FROM);
  const facts = await granted(services, request, 'history-instance');
  const name = { type: request.type, id: request.id as string };
  const asked = { ...name, ...page, ...(before === undefined ? {} : { before }) };
  const result = await services.store.history(asked, decide(facts, services.store.hash64));
  if (result.outcome !== 'found') {
    const denied = result.outcome === 'denied';
    const done = { action: 'history-instance', decision: denied ? 'deny' : 'permit', outcome: 404 } as const;
    const patients = denied ? result.patients : [];
    await services.store.record([eventOf(services, request, result.time, { ...done, subject: name }, patients)]);
    throw notFound();
  }
  const versions = shownIn(result.entries);
  const done = { action: 'history-instance', query: page.query, subject: name };
  await services.store.record(eventsOfVersions(services, request, result.time, done, versions));
  return { status: 200, headers: {}, body: historyText(services, name, { ...page, ...(from && { from }) }, result) };
}

function historyText(
  services: Services,
  { type, id }: { type: string; id: string },
  { from, query }: HistoryPage,
  result: History,
): string {
  const url = `${services.base}/${type}/${id}/_history`;
  const at = (before: string | undefined) => {
    const parts = [query, before === undefined ? '' : `${FROM}=${before}`].filter((part) => part !== '');
    return parts.length === 0 ? url : `${url}?${parts.join('&')}`;
  };
  return bundleText({
    type: 'history',
    total: result.total,
    links: [
      { relation: 'self', url: at(from) },
      ...(result.next === undefined ? [] : [{ relation: 'next' as const, url: at(String(result.next)) }]),
    ],
    entries: result.entries.map((entry) => historyEntry(services, entry)),
  });
}
