// FHIR R4 http.html#trules: an entry of a transaction, all that is known of it before the database is asked.
import { randomUUID } from 'node:crypto';
import { badRequest } from '#libs/fhir-model';
import type { BodySource, FhirRequest, SystemRequest } from '../fhir-request.js';
import { conditionalReferences } from '../references/conditional.js';
import { bodyId, checkResource } from '../resource-body.js';
import type { Services } from '../services.js';
import { atEntry, type Entry, readEntry } from './entry.js';
import { placedInBundle } from './entry-place.js';
import { entryRequest } from './entry-request.js';
import { type Interact, interactionOf } from './interaction-of.js';
import { isReading } from './order.js';
import type { ReceivedBundle } from './process.js';
import { type EntryTarget, entryTarget } from './target.js';

/** What is kept of an entry: not its resource, of which there may be more than memory should hold twice. */
export interface PlannedEntry {
  readonly index: number;
  readonly method: string;
  readonly fullUrl?: string;
  /** Without body and document. */
  readonly request: FhirRequest;
  readonly interact: Interact;
  /** Whether it writes the resource it names, as opposed to reading or invoking an operation. */
  readonly writes: boolean;
  /** The id that the resource names itself, of a conditional update. */
  readonly givenId?: string;
  /** Conditional references in the resource. */
  readonly references: readonly string[];
}

/** Reads, checks and validates one entry. @throws FhirError naming it. */
export function planEntry(
  services: Services,
  outer: SystemRequest,
  bundle: ReceivedBundle,
  index: number,
): PlannedEntry {
  const { bytes, entries } = bundle;
  const span = entries[index];
  if (span === undefined) throw new RangeError('no such entry');
  const text = bytes.subarray(span.start, span.end);
  const source = outer.source === 'translation' ? undefined : { text, at: '/resource' };
  try {
    const entry = inEntry(index, false, () => readEntry(text));
    return inEntry(index, true, () => planned(services, outer, entry, index, source));
  } catch (error) {
    throw placedInBundle(error, bundle, index);
  }
}

function planned(
  services: Services,
  outer: SystemRequest,
  entry: Entry,
  index: number,
  source: BodySource | undefined,
): PlannedEntry {
  const { request: asked, resource, fullUrl } = entry;
  const { method } = asked;
  const target = entryTarget(asked.url);
  const interact = interactionOf(method, target);
  const writes = !isReading(method) && !target.tail?.startsWith('$');
  const request = { ...entryRequest(outer, entry, target), ...newId(method, target) };
  if (writes && (method === 'POST' || method === 'PUT')) {
    if (resource === undefined) throw badRequest(`${method} needs a resource`, 'required');
    checkResource(services, request, resource.value, source);
  }
  const givenId = resource && method === 'PUT' && target.id === undefined ? bodyId(resource) : undefined;
  return {
    index,
    method,
    request,
    interact,
    writes,
    ...(fullUrl === undefined ? {} : { fullUrl }),
    ...(givenId === undefined ? {} : { givenId }),
    references: writes && resource ? conditionalReferences(resource.value) : [],
  };
}

/** For what may be created, so that other entries can refer to it before it is. */
function newId(method: string, { id, tail }: EntryTarget): { newId?: string } {
  const creates = id === undefined && tail === undefined && (method === 'POST' || method === 'PUT');
  return creates ? { newId: randomUUID() } : {};
}

function inEntry<T>(index: number, inResource: boolean, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw atEntry(error, index, inResource);
  }
}
