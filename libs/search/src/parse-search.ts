// FHIR R4, section 3.1.1 "Search".
import { resourceTypes } from '#libs/fhir-definitions';
import { badRequest } from '#libs/fhir-model';
import { askedPatient } from './asked-patient.js';
import { clause } from './clause.js';
import { compartmentClauses } from './compartment-clause.js';
import { type Control, checkSupported, isControl, isSummaryCount, pageSize, totalOf } from './control.js';
import { CursorSeal } from './cursor.js';
import { checkConditions, checkSize } from './limits.js';
import { malformed, NotSupported } from './refusal.js';
import type { SearchOptions } from './search-options.js';
import type { Clause, SearchRequest } from './search-request.js';
import { ofType, type SearchScope } from './search-scope.js';
import { parseSort } from './sort.js';

export type { SearchOptions } from './search-options.js';

type Query = readonly (readonly [string, string])[];

/**
 * Reads the query of a search on a type, or wherever it looks. Pairs are as decoded from the URL or the form, in order.
 * @throws FhirError 400 that names what is unknown, not supported, malformed, doubled or too large, never the value.
 */
export function parseSearch(where: string | SearchScope, query: Query, options: SearchOptions): SearchRequest {
  const scope = typeof where === 'string' ? ofType(where) : where;
  if (!scope.types.every((type) => resourceTypes().has(type))) throw badRequest('The resource type is not known');
  checkSize(query);
  const used: (readonly [string, string])[] = [];
  const controls = new Map<Control, string>();
  const params = compartmentClauses(scope, options);
  for (const [name, value] of query) {
    if (!leniently(options, () => take(scope, name, value, options, controls, params))) continue;
    if (name !== '_cursor') used.push([name, value]);
  }
  return request(scope, restricted(scope, options), controls, params, used);
}

/** A Patient's compartment is what a search is restricted to, in place of any other restriction: that is the permit's. */
function restricted({ compartment }: SearchScope, options: SearchOptions): SearchOptions {
  return compartment?.type === 'Patient' ? { ...options, patientId: compartment.id } : options;
}

function take(
  scope: SearchScope,
  name: string,
  value: string,
  options: SearchOptions,
  controls: Map<Control, string>,
  params: Clause[],
): void {
  if (isControl(name)) {
    if (controls.has(name)) throw malformed(name, 'it may be given once only');
    check(scope, name, value, options);
    controls.set(name, value);
    return;
  }
  if (name === '_type' && scope.choosesTypes) return;
  checkSupported(name);
  params.push(clause(scope.types, name, value, options));
  checkConditions(params);
}

/** In the place where it stands, so that a lenient search can leave it out. */
function check({ types }: SearchScope, name: Control, value: string, options: SearchOptions): void {
  if (name === '_summary') isSummaryCount(value);
  if (name === '_sort') parseSort(types, value, options.hash64);
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
  { types, path, compartment }: SearchScope,
  options: SearchOptions,
  controls: Map<Control, string>,
  params: Clause[],
  used: SearchRequest['used'],
): SearchRequest {
  const seal = new CursorSeal(options.cursorKey, [options.requester, options.patientId ?? '', path, ...used.flat()]);
  const count = pageSize(controls.get('_count'), options.defaultCount);
  const cursor = controls.get('_cursor');
  const sort = controls.get('_sort');
  const patient = askedPatient(types, used, options);
  return {
    types,
    path,
    params,
    count,
    sort: sort === undefined ? [] : parseSort(types, sort, options.hash64),
    total: totalOf(controls.get('_total')),
    ...(count === 0 || isSummaryCount(controls.get('_summary')) ? { summary: 'count' as const } : {}),
    ...(cursor === undefined ? {} : { after: seal.open(cursor) }),
    ...(options.patientId === undefined ? {} : { patientId: options.patientId }),
    ...(patient === undefined ? {} : { patient }),
    ...(compartment === undefined ? {} : { owner: compartment }),
    used,
    nextCursor: (position) => seal.seal(position),
  };
}
