// FHIR R4, Bundle: searchset, history and the answers to batch and transaction.

export interface BundleLink {
  relation: 'self' | 'first' | 'previous' | 'next' | 'last';
  url: string;
}

export interface BundleEntry {
  fullUrl?: string;
  /** The stored JSON text of the resource; absent in the history entry of a deletion. */
  resourceText?: string;
  search?: { mode: 'match' | 'include' | 'outcome'; score?: number };
  request?: { method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'; url: string };
  response?: { status: string; location?: string; etag?: string; lastModified?: string; outcome?: object };
}

export interface BundleParts {
  type: 'searchset' | 'history' | 'transaction-response' | 'batch-response' | 'document';
  identifier?: { system: string; value: string };
  /** An instant. */
  timestamp?: string;
  /** How many match in all, if that was counted. */
  total?: number;
  links: BundleLink[];
  entries: BundleEntry[];
}

/**
 * The JSON text of a Bundle. Resources go in as the text they are stored as, unread and unchanged, so their numbers and
 * their order survive; that they are JSON is the caller's promise.
 */
export function bundleText({ type, identifier, timestamp, total, links, entries }: BundleParts): string {
  return object([
    member('resourceType', 'Bundle'),
    member('identifier', identifier),
    member('type', type),
    member('timestamp', timestamp),
    member('total', total),
    list(
      'link',
      links.map(({ relation, url }) => JSON.stringify({ relation, url })),
    ),
    list('entry', entries.map(entryText)),
  ]);
}

function entryText({ fullUrl, resourceText, search, request, response }: BundleEntry): string {
  return object([
    member('fullUrl', fullUrl),
    resourceText === undefined ? '' : `"resource":${resourceText}`,
    member('search', search),
    member('request', request),
    member('response', response),
  ]);
}

function object(members: string[]): string {
  return `{${members.filter((text) => text !== '').join(',')}}`;
}

function member(name: string, value: unknown): string {
  return value === undefined ? '' : `"${name}":${JSON.stringify(value)}`;
}

/** FHIR has no empty arrays. */
function list(name: string, texts: string[]): string {
  return texts.length === 0 ? '' : `"${name}":[${texts.join(',')}]`;
}
