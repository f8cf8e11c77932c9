// FHIR R4 resource-operation-meta.html: [type]/[id]/$meta and [type]/[id]/_history/[vid]/$meta
import { decide } from '#libs/consent';
import { type JsonValue, parse } from '#libs/fhir-json';
import type { StoredVersion } from '#libs/store';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { isObject } from '../resource-body.js';
import type { Services } from '../services.js';
import { shown } from '../shown.js';
import { fetchVersion } from '../vread.js';
import { operationParameters, returned } from './parameters.js';

/** Tags, profiles and security labels of a resource or a version, as whoever may read it sees them. @throws as a read. */
export async function metaOf(services: Services, request: FhirRequest): Promise<Answer> {
  operationParameters(request, []);
  const result =
    request.version === undefined ? await current(services, request) : await fetchVersion(services, request);
  return metaAnswer(await shown(services, request, '$meta', result));
}

/** What $meta, $meta-add and $meta-delete answer. */
export function metaAnswer({ bytes }: Pick<StoredVersion, 'bytes'>): Answer {
  return { status: 200, headers: {}, body: returned('Meta', metaIn(parse(bytes).value)) };
}

function metaIn(resource: JsonValue): JsonValue {
  const meta = isObject(resource) ? resource.meta : undefined;
  return meta ?? {};
}

async function current(services: Services, request: FhirRequest) {
  const facts = await granted(services, request, 'read');
  return services.store.read({ type: request.type, id: request.id as string }, decide(facts, services.store.hash64));
}
