// FHIR R4, section 3.1.1 "Search".
import { resourceTypes } from '#libs/fhir-definitions';
import { badRequest } from '#libs/fhir-model';
import { askedPatient } from './asked-patient.js';
import { clause } from './clause.js';
import { type Control, checkSupported, isControl, isSummaryCount, pageSize, totalOf } from './control.js';
import { CursorSeal } from './cursor.js';
import { checkConditions, checkSize } from './limits.js';
import { malformed, NotSupported } from './refusal.js';
import type { SearchOptions } from './search-options.js';
import type { Clause, SearchRequest } from './search-request.js';
import { parseSort } from './sort.js';

export type { SearchOptions } from './search-options.js';

type Query = readonly (readonly [string, string])[];

/**
 * Reads the query of a search on a type. Pairs are as decoded from the URL or the form, in order.
 * @throws FhirError 400 that names what is unknown, not supported, malformed, doubled or too large, never the value.
 */
export function parseSearch(type: string, query: Query, options: SearchOptions): SearchRequest {
  if (!resourceTypes().has(type)) throw badRequest('The resource type is not known');
  checkSize(query);
  const used: (readonly [string, string])[] = [];
  const controls = new Map<Control, string>();
  const params: Clause[] = [];
  for (const [name, value] of query) {
    if (!leniently(options, () => take(type, name, value, options, controls, params))) continue;
    if (name !== '_cursor') used.push([name, value]);
  }
  checkConditions(params);
  return request(type, options, controls, params, used);
}

function take(
  type: string,
  name: string,
  value: string,
  options: SearchOptions,
  controls: Map<Control, string>,
  params: Clause[],
): void {
  if (isControl(name)) {
    if (controls.has(name)) throw malformed(name, 'it may be given once only');
    check(type, name, value, options);
    controls.set(name, value);
    return;
  }
  checkSupported(name);
  params.push(clause(type, name, value, options));
}

/** In the place where it stands, so that a lenient search can leave it out. */
function check(type: string, name: Control, value: string, options: SearchOptions): void {
  if (name === '_summary') isSummaryCount(value);
  if (name === '_sort') parseSort(type, value, options.hash64);
}

function leniently(options: SearchOptions, read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (options.lenient && error instanceof NotSupported) return false;
    throw error;
  }
}

function request(
  type: string,
  options: SearchOptions,
  controls: Map<Control, string>,
  params: Clause[],
  used: SearchRequest['used'],
): SearchRequest {
  const seal = new CursorSeal(options.cursorKey, [options.requester, options.patientId ?? '', type, ...used.flat()]);
  const count = pageSize(controls.get('_count'), options.defaultCount);
  const cursor = controls.get('_cursor');
  const sort = controls.get('_sort');
  const patient = askedPatient(type, used, options);
  return {
    type,
    params,
    count,
    sort: sort === undefined ? [] : parseSort(type, sort, options.hash64),
    total: totalOf(controls.get('_total')),
    ...(count === 0 || isSummaryCount(controls.get('_summary')) ? { summary: 'count' as const } : {}),
    ...(cursor === undefined ? {} : { after: seal.open(cursor) }),
    ...(options.patientId === undefined ? {} : { patientId: options.patientId }),
    ...(patient === undefined ? {} : { patient }),
    used,
    nextCursor: (position) => seal.seal(position),
  };
}
