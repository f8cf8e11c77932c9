// FHIR R4 http.html#history: _count, _since and _at.
import { badRequest } from '#libs/fhir-model';
import { dateRange } from '#libs/search';
import type { Period } from '#libs/store';
import type { SystemRequest } from '../fhir-request.js';
import { versionNumber } from '../version-number.js';

const DEFAULT_COUNT = 50;
const MAX_COUNT = 1000;
const CONTROLS = new Set(['_count', '_since', '_at', '_format', '_pretty', '_summary', '_elements']);

export interface HistoryPage extends Period {
  readonly count: number;
  /** What a link to this page repeats, but for where it begins. */
  readonly query: string;
  /** The parameter that says where the page begins. */
  readonly from?: string;
}

/** The parameters of a history; `from` is the name of the one that says where a page begins. @throws FhirError 400. */
export function historyPage({ query }: SystemRequest, from: string): HistoryPage {
  const seen = new Map<string, string>();
  for (const [name, value] of query) {
    const shown = name.slice(0, 64);
    if (!CONTROLS.has(name) && name !== from) {
      throw badRequest(`The parameter ${shown} is not known for a history`, 'not-supported');
    }
    if (seen.has(name)) throw badRequest(`${shown} may be given once only`);
    seen.set(name, value);
  }
  const position = seen.get(from);
  seen.delete(from);
  return {
    ...period(seen.get('_since'), seen.get('_at')),
    count: Math.min(wholeNumber(seen.get('_count'), '_count') ?? DEFAULT_COUNT, MAX_COUNT),
    query: new URLSearchParams([...seen]).toString(),
    ...(position === undefined ? {} : { from: position }),
  };
}

/** @throws FhirError 400 for what is no number above 0. */
export function wholeNumber(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const value = versionNumber(text);
  if (value === undefined) throw badRequest(`${name} must be a whole number above 0`);
  return value;
}

function period(since: string | undefined, at: string | undefined): Period {
  const range = at === undefined ? undefined : rangeOf(at, '_at');
  return {
    ...(since === undefined ? {} : { since: micros(rangeOf(since, '_since').low) }),
    ...(range ? { at: { low: micros(range.low), high: micros(range.high) } } : {}),
  };
}

/** A `+` that was not escaped in a query arrives as a blank. */
function rangeOf(text: string, name: string) {
  const range = dateRange(text.replace(' ', '+'));
  if (range === undefined) throw badRequest(`${name} must be a date or a time`, 'value');
  return range;
}

function micros(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1000n;
}
