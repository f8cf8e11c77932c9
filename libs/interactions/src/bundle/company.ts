// FHIR R4 http.html#transaction: which entries of a batch are worked on at once
import type { EntryRequest } from './entry.js';
import { isReading } from './order.js';
import { MOST_TOGETHER } from './under-way.js';

/** How an entry may be worked on beside others of its kind; without a kind, alone. */
export interface Company {
  readonly kind?: string;
  /** So many of them at once. */
  readonly most: number;
  /** Writes about the same are done one after the other, in the order of the Bundle. */
  readonly about?: string;
}

export const ALONE: Company = { most: 1 };

/** Entries that are a transaction each, or a search: so many connections a batch may take from others. */
const MOST_APART = 8;
/** Reads, whose contents are in memory at once. */
const MOST_READ = 32;

const RESOURCE = /^[A-Za-z]+\/[^/]+(?:\/_history\/[^/]+)?$/;

/**
 * Alone is what invokes an operation that may write, and what writes a Consent: it may decide about the others. Creates
 * without a condition share their statements, reads as well; all else is worked on apart.
 */
export function companyOf({ method, url, ifNoneExist }: EntryRequest): Company {
  const [path = ''] = url.split('?');
  if (isReading(method)) return { kind: 'GET', most: RESOURCE.test(path) ? MOST_READ : MOST_APART };
  if (path.includes('$') || /^Consent(?:\/|$)/.test(path)) return ALONE;
  if (method !== 'POST') {
    const about = path.includes('/') ? path : url;
    return { kind: method === 'DELETE' ? 'DELETE' : 'PUT', most: MOST_APART, about };
  }
  if (ifNoneExist === undefined) return { kind: 'POST', most: MOST_TOGETHER };
  return { kind: 'POST', most: MOST_APART, about: `${url}?${ifNoneExist}` };
}
