// FHIR R4, section 3.1.1.5 "Managing Returned Resources".
import { MOST_MATCHES } from './limits.js';
import { malformed, NotSupported } from './refusal.js';
import type { SearchRequest } from './search-request.js';

/** Parameters about the answer, not about the resources. */
export type Control = '_count' | '_sort' | '_total' | '_summary' | '_elements' | '_format' | '_pretty' | '_cursor';

const CONTROLS: ReadonlySet<string> = new Set<Control>([
  '_count',
  '_sort',
  '_total',
  '_summary',
  '_elements',
  '_format',
  '_pretty',
  '_cursor',
]);

/** Known to the standard and refused by name, so that nobody takes an answer without them for one with them. */
const NOT_YET = new Set([
  '_include',
  '_revinclude',
  '_contained',
  '_containedType',
  '_filter',
  '_text',
  '_content',
  '_query',
  '_list',
  '_type',
  '_score',
]);

export function isControl(name: string): name is Control {
  return CONTROLS.has(name);
}

/** @throws NotSupported */
export function checkSupported(name: string): void {
  const [code = ''] = name.split(':');
  if (NOT_YET.has(code)) throw new NotSupported(`Parameter ${code} is not supported`);
}

const DEFAULT_MATCHES = 20;

export function pageSize(text: string | undefined, fallback = DEFAULT_MATCHES): number {
  if (text === undefined) return fallback;
  if (!/^\d{1,9}$/.test(text) || Number(text) > MOST_MATCHES)
    throw malformed('_count', `a whole number from 0 to ${MOST_MATCHES}`);
  return Number(text);
}

export function totalOf(text: string | undefined): SearchRequest['total'] {
  if (text === undefined) return 'none';
  if (text === 'none' || text === 'estimate' || text === 'accurate') return text;
  throw malformed('_total', 'none, estimate or accurate');
}

/** Forms of the resources in the answer, which are cut after the search. */
const OF_RESOURCES = new Set(['true', 'text', 'data', 'false']);

/** True for `count`. */
export function isSummaryCount(text: string | undefined): boolean {
  if (text === undefined || OF_RESOURCES.has(text)) return false;
  if (text === 'count') return true;
  throw new NotSupported('Parameter _summary: only true, text, data, count and false are supported');
}
