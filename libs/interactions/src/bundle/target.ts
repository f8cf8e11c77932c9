// FHIR R4 bundle.html: Bundle.entry.request.url, relative to the base and to nothing else.
import { resourceTypes } from '#libs/fhir-definitions';
import { badRequest, isId, notFound } from '#libs/fhir-model';
import { ALL } from '../search-several.js';

/** What the url of an entry is about. */
export interface EntryTarget {
  readonly type?: string;
  readonly id?: string;
  readonly version?: string;
  /** Of a search of a compartment: the type that is looked for, or `*`. */
  readonly member?: string;
  /** `_history`, `$everything`, ... */
  readonly tail?: string;
  /** The query as it was sent, without `?`. */
  readonly search?: string;
}

/**
 * @throws FhirError 400 for an absolute URL, one of another server, or one that climbs out of the base: it is never fetched;
 * 404 for what is no type or no id.
 */
export function entryTarget(url: string): EntryTarget {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:|^\/|\\|#/.test(path) || path.split('/').includes('..')) {
    throw badRequest('The url of an entry is relative to the base of this server, such as Patient/1', 'value');
  }
  return { ...pathTarget(path === '' ? [] : path.split('/')), ...(mark < 0 ? {} : { search: url.slice(mark + 1) }) };
}

function pathTarget(parts: string[]): EntryTarget {
  const type = taken(parts, (part) => resourceTypes().has(part));
  const id = type === undefined ? undefined : taken(parts, isId);
  const member = id === undefined ? undefined : taken(parts, (part) => part === ALL || resourceTypes().has(part));
  const history = member !== undefined ? undefined : taken(parts, (part) => part === '_history');
  const version = id === undefined || history === undefined ? undefined : taken(parts, isId);
  const operation = member !== undefined ? undefined : taken(parts, (part) => /^\$[a-z-]+$/.test(part));
  if (parts.length > 0) throw notFound();
  const tail = operation ?? (version === undefined ? history : undefined);
  const target = Object.entries({ type, id, member, version, tail }).filter(([, part]) => part !== undefined);
  return Object.fromEntries(target) as EntryTarget;
}

/** The first part, removed, where it is of that kind. */
function taken(parts: string[], is: (part: string) => boolean): string | undefined {
  return parts[0] !== undefined && is(parts[0]) ? parts.shift() : undefined;
}
