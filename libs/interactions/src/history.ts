// FHIR R4 http.html#history, of one instance
import { decide } from '#libs/consent';
import { type BundleEntry, badRequest, bundleText, instant, notFound } from '#libs/fhir-model';
import type { Found, Gone, History } from '#libs/store';
import type { Answer } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { eventOf, eventsOfVersions } from './record.js';
import type { Services } from './services.js';
import { versionNumber } from './version-number.js';

const DEFAULT_COUNT = 50;
const MAX_COUNT = 1000;
const CONTROLS = new Set(['_count', '_before', '_format']);

interface Page {
  count: number;
  /** Versions below this number. */
  before?: number;
}

/** All versions that may be shown, newest first, in pages. @throws FhirError 400, 403 or 404 (also when hidden). */
export async function historyOfInstance(services: Services, request: FhirRequest): Promise<Answer> {
  const page = pageOf(request);
  const facts = await granted(services, request, 'history-instance');
  const name = { type: request.type, id: request.id as string };
  const result = await services.store.history({ ...name, ...page }, decide(facts, services.store.hash64));
  if (result.outcome !== 'found') {
    const denied = result.outcome === 'denied';
    const done = { action: 'history-instance', decision: denied ? 'deny' : 'permit', outcome: 404 } as const;
    const patients = denied ? result.patients : [];
    await services.store.record([eventOf(services, request, result.time, { ...done, subject: name }, patients)]);
    throw notFound();
  }
  const versions = result.entries.map((entry) => entry.version);
  const done = { action: 'history-instance', query: queryText(request), subject: name };
  await services.store.record(eventsOfVersions(services, request, result.time, done, versions));
  return { status: 200, headers: {}, body: historyText(services, name, page, result) };
}

function pageOf(request: FhirRequest): Page {
  const unknown = request.query.find(([name]) => !CONTROLS.has(name));
  if (unknown) throw badRequest(`The parameter ${unknown[0].slice(0, 64)} is not known for a history`, 'not-supported');
  const parameters = new Map(request.query);
  const count = number(parameters.get('_count'), '_count') ?? DEFAULT_COUNT;
  const before = number(parameters.get('_before'), '_before');
  return { count: Math.min(count, MAX_COUNT), ...(before === undefined ? {} : { before }) };
}

function number(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const value = versionNumber(text);
  if (value === undefined) throw badRequest(`${name} must be a whole number above 0`);
  return value;
}

function queryText(request: FhirRequest): string {
  return new URLSearchParams(request.query.map(([name, value]): [string, string] => [name, value])).toString();
}

function historyText(
  services: Services,
  { type, id }: { type: string; id: string },
  page: Page,
  result: History,
): string {
  const url = `${services.base}/${type}/${id}/_history?_count=${page.count}`;
  const at = (before: number | undefined) => (before === undefined ? url : `${url}&_before=${before}`);
  return bundleText({
    type: 'history',
    total: result.total,
    links: [
      { relation: 'self', url: at(page.before) },
      ...(result.next === undefined ? [] : [{ relation: 'next' as const, url: at(result.next) }]),
    ],
    entries: result.entries.map((entry) => historyEntry(services, entry)),
  });
}

const METHODS = { create: 'POST', update: 'PUT', delete: 'DELETE' } as const;
const STATUSES = { create: '201', update: '200', delete: '204' } as const;

function historyEntry(services: Services, { outcome, version }: Found | Gone): BundleEntry {
  const { type, id, interaction } = version;
  return {
    fullUrl: `${services.base}/${type}/${id}`,
    ...(outcome === 'found' ? { resourceText: version.bytes.toString('utf8') } : {}),
    request: { method: METHODS[interaction], url: interaction === 'create' ? type : `${type}/${id}` },
    response: {
      status: STATUSES[interaction],
      etag: `W/"${version.version}"`,
      lastModified: instant(version.lastUpdated),
    },
  };
}
