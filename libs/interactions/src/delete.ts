// FHIR R4 http.html#delete
import { isSystemClient } from '#libs/access';
import { decide, decideWrite } from '#libs/consent';
import { notFound, preconditionFailed } from '#libs/fhir-model';
import type { Answer } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { writeEvent } from './record.js';
import type { Services } from './services.js';
import { versionNumber } from './version-number.js';

/** Deletes: the next version has no content, earlier ones stay. Again is 204 as well. @throws FhirError 403, 404 or 412. */
export async function deleteResource(services: Services, request: FhirRequest): Promise<Answer> {
  const facts = await granted(services, request, 'delete');
  const { store } = services;
  const result = await store.delete(
    {
      type: request.type,
      id: request.id as string,
      blind: isSystemClient(request.context),
      event: writeEvent(services, request, 'delete'),
      ...(request.ifMatch === undefined ? {} : { ifMatch: versionNumber(request.ifMatch) ?? 0 }),
    },
    decideWrite(facts, store.hash64),
    decide(facts, store.hash64),
  );
  if (result.outcome === 'conflict') throw preconditionFailed('If-Match names another version than the current one');
  if ('version' in result) return { status: 204, headers: { etag: `W/"${result.version.version}"` } };
  if (result.outcome === 'gone') return { status: 204, headers: {} };
  throw notFound();
}
