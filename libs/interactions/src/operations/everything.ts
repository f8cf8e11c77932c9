// FHIR R4 operations.html: what the two $everything operations share: lists of types, one after the other, in pages
import { compartmentPatient, resourceTypes } from '#libs/fhir-definitions';
import { parse } from '#libs/fhir-json';
import { type BundleEntry, badRequest, bundleText, isId } from '#libs/fhir-model';
import { type Clause, CursorSeal, dateRange, type Position, parseSearch, type SearchOptions } from '#libs/search';
import type { Readable, StoredVersion } from '#libs/store';
import type { FhirRequest } from '../fhir-request.js';
import { readableTypes } from '../readable.js';
import { eventsOfVersions } from '../record.js';
import { localTargets } from '../references/targets.js';
import { requesterText } from '../search.js';
import type { Services } from '../services.js';
import { manyTexts, type OperationParameters, oneCount, oneText, textPairs } from './parameters.js';

/** What is asked of one type. */
export interface Part {
  readonly type: string;
  readonly query: readonly (readonly [string, string])[];
  /** Asked for besides. */
  readonly clause?: Clause;
}

export interface Everything {
  readonly parts: readonly Part[];
  /** All must be in the compartment of this patient. */
  readonly patientId?: string;
  readonly parameters: OperationParameters;
}

/** Names that both operations take. */
export const PAGED = ['_count', '_cursor', '_since', '_type'];

const DEFAULT_COUNT = 100;
const MOST = 1000;
/** Ids in one question about what is referred to. */
const AT_ONCE = 100;

interface Found {
  readonly versions: readonly StoredVersion[];
  readonly time: bigint;
  readonly next?: string;
}

/**
 * One page: matches in the order of the parts, and what they refer to outside any patient's compartment. Where `_type` asks
 * for what is only referred to, all parts are gone through for it, and only it is shown.
 */
export async function everything(services: Services, request: FhirRequest, asked: Everything): Promise<string> {
  const only = manyTexts(asked.parameters, '_type');
  const unknown = only.find((type) => !resourceTypes().has(type));
  if (unknown !== undefined) throw badRequest(`_type: ${unknown.slice(0, 64)} is no resource type`, 'value');
  const wanted = (type: string) => only.length === 0 || only.includes(type);
  const chosen = asked.parts.filter(({ type }) => wanted(type));
  const isByReference = chosen.length === 0 && only.some(isShared);
  const parts = isByReference ? asked.parts : chosen;
  const readable = await readableTypes(services, request, 'search-type', typesOf(parts, request), '$everything');
  const found = await matches(services, request, { ...asked, parts }, readable);
  const included = await referred(services, request, found.versions, wanted);
  const page = isByReference ? { ...found, versions: [] } : found;
  const subject = { type: request.type, id: request.id as string };
  const done = { action: '$everything', query: queryText(asked.parameters), subject };
  const events = eventsOfVersions(services, request, page.time, done, [...page.versions, ...included]);
  await services.store.record(events);
  return pageText(services, request, asked.parameters, page, included);
}

/** A type that no scope covers is left out; where it is the type of the resource itself, the operation has been refused. */
function typesOf(parts: readonly Part[], { type }: FhirRequest): string[] {
  return parts.length === 0 ? [type] : parts.map((part) => part.type);
}

async function matches(
  services: Services,
  request: FhirRequest,
  { parts, patientId, parameters }: Everything,
  readable: readonly Readable[],
): Promise<Found> {
  const count = oneCount(parameters, '_count', MOST) ?? DEFAULT_COUNT;
  const seal = sealOf(services, request, parameters);
  const asked = sinceOf(parameters);
  const start = startOf(seal, oneText(parameters, '_cursor'));
  const versions: StoredVersion[] = [];
  let time = await services.store.time();
  for (const { part, permit, at } of permitted(parts, readable).slice(start.at)) {
    const left = count - versions.length;
    if (left === 0) return { versions, time, next: seal.seal([String(at)]) };
    const query = [...part.query, ...asked, ['_count', String(round(left))] as const];
    const search = parseSearch(part.type, query, optionsOf(services, patientId));
    const after = at === start.at ? start.position : undefined;
    const params = [...search.params, ...(part.clause ? [part.clause] : [])];
    const page = await services.store.search({ ...search, params, ...(after && { after }) }, permit);
    time = page.time;
    versions.push(...page.matches.slice(0, left));
    const isMore = page.matches.length > left || page.next !== undefined;
    if (isMore) return { versions, time, next: seal.seal([String(at), ...(page.positions[left - 1] as Position)]) };
  }
  return { versions, time };
}

/** A few more than are left: searches for round numbers of matches keep their plan. */
function round(left: number): number {
  return Math.ceil(left / 10) * 10;
}

/** Those that some scope covers, numbered. */
function permitted(parts: readonly Part[], readable: readonly Readable[]) {
  const covered = parts.flatMap((part) => {
    const permit = readable.find(({ types }) => types.includes(part.type))?.permit;
    return permit === undefined ? [] : [{ part, permit }];
  });
  return covered.map((one, at) => ({ ...one, at }));
}

/** A `+` that was not escaped in a query arrives as a blank. */
function sinceOf(parameters: OperationParameters): (readonly [string, string])[] {
  const since = oneText(parameters, '_since')?.replace(' ', '+');
  if (since === undefined) return [];
  if (dateRange(since) === undefined) throw badRequest('_since must be a date or a time', 'value');
  return [['_lastUpdated', `ge${since}`]];
}

/** Cursors of searches are not given out here, so that nobody is bound to them. */
function optionsOf(services: Services, patientId?: string): SearchOptions {
  const { store, base } = services;
  const cursorKey = store.siteKey('cursor');
  const restricted = patientId === undefined ? {} : { patientId };
  return { hash64: store.hash64, cursorKey, requester: '', baseUrl: base, ...restricted };
}

function sealOf(services: Services, request: FhirRequest, parameters: OperationParameters): CursorSeal {
  const { type, id = '' } = request;
  const binding = [requesterText(request), '$everything', type, id, queryText(parameters)];
  return new CursorSeal(services.store.siteKey('cursor'), binding);
}

function startOf(seal: CursorSeal, cursor: string | undefined): { at: number; position: Position | undefined } {
  if (cursor === undefined) return { at: 0, position: undefined };
  const [at, ...position] = seal.open(cursor);
  return { at: Number(at), position: position.length === 0 ? undefined : position };
}

/** What the matches refer to and no patient's compartment holds: practitioners, organisations, places, medications. */
async function referred(
  services: Services,
  request: FhirRequest,
  versions: readonly StoredVersion[],
  wanted: (type: string) => boolean,
): Promise<StoredVersion[]> {
  const ids = new Map<string, Set<string>>();
  for (const { bytes } of versions) {
    for (const { type, id } of localTargets(parse(bytes).value, services.base)) {
      if (isShared(type) && wanted(type) && isId(id)) ids.set(type, (ids.get(type) ?? new Set()).add(id));
    }
  }
  const found: StoredVersion[] = [];
  for (const [type, all] of ids) found.push(...(await byId(services, request, type, [...all])));
  return found;
}

function isShared(type: string): boolean {
  return compartmentPatient(type) === undefined;
}

async function byId(services: Services, request: FhirRequest, type: string, ids: string[]): Promise<StoredVersion[]> {
  const readable = await readableTypes(services, request, 'search-type', [type, request.type], '$everything');
  const permit = readable.find(({ types }) => types.includes(type))?.permit;
  if (permit === undefined) return [];
  const found: StoredVersion[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    const query = [['_id', some.join(',')] as const, ['_count', String(AT_ONCE)] as const];
    const search = parseSearch(type, query, optionsOf(services));
    found.push(...(await services.store.search(search, permit)).matches);
  }
  return found;
}

/** For links and for the event: the parameters, whether they came in the query or in the body. */
function queryText(parameters: OperationParameters): string {
  return new URLSearchParams(textPairs(parameters).filter(([name]) => name !== '_cursor')).toString();
}

function pageText(
  services: Services,
  request: FhirRequest,
  parameters: OperationParameters,
  page: Found,
  included: readonly StoredVersion[],
): string {
  const { type, id } = request;
  const url = `${services.base}/${type}/${id}/$everything`;
  const query = queryText(parameters);
  const next = page.next === undefined ? [] : [withQuery(url, [query, `_cursor=${page.next}`])];
  return bundleText({
    type: 'searchset',
    links: [
      { relation: 'self', url: withQuery(url, [query]) },
      ...next.map((link) => ({ relation: 'next' as const, url: link })),
    ],
    entries: [
      ...page.versions.map((version) => entry(services, version, 'match')),
      ...included.map((version) => entry(services, version, 'include')),
    ],
  });
}

function withQuery(url: string, parts: readonly string[]): string {
  const query = parts.filter((part) => part !== '').join('&');
  return query === '' ? url : `${url}?${query}`;
}

function entry(services: Services, { type, id, bytes }: StoredVersion, mode: 'match' | 'include'): BundleEntry {
  return { fullUrl: `${services.base}/${type}/${id}`, resourceText: bytes.toString('utf8'), search: { mode } };
}
