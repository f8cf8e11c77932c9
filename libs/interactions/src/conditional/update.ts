// FHIR R4 http.html#cond-update
import { badRequest } from '#libs/fhir-model';
import type { StoredVersion } from '#libs/store';
import type { Answer } from '../answer.js';
import { createUnconditionally } from '../create.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { bodyId, resourceBody } from '../resource-body.js';
import type { Services } from '../services.js';
import { updateOne } from '../update.js';
import { criteriaOf } from './criteria.js';
import { settledMatches } from './settled.js';

/** PUT to a resource, or with a condition instead of an id. */
export async function updateResource(services: Services, request: FhirRequest): Promise<Answer> {
  return request.id === undefined ? updateMatch(services, request) : updateOne(services, request, request.id);
}

/**
 * Updates the one resource that matches; where none does, creates it: under the id in the body if there is one.
 * @throws FhirError 400 where the body's id is not that of the match, 412 where several match, and what update and create throw.
 */
async function updateMatch(services: Services, request: FhirRequest): Promise<Answer> {
  await granted(services, request, 'update');
  const document = resourceBody(services, request);
  const criteria = await criteriaOf(services, request);
  return services.store.transaction(async (store) => {
    const inside = { ...services, store };
    await store.lock({ matches: [criteria.lock] });
    const [match] = await settledMatches(inside, request, criteria, 'update');
    return updateFound(inside, { ...request, document }, match);
  });
}

/** The update, once it is known what matches. */
export function updateFound(
  services: Services,
  request: FhirRequest,
  match: StoredVersion | undefined,
): Promise<Answer> {
  const given = bodyId(resourceBody(services, request));
  if (match && given !== undefined && given !== match.id) {
    throw badRequest('The id in the body is not that of the resource that matches');
  }
  const id = match?.id ?? given;
  return id === undefined ? createUnconditionally(services, request) : updateOne(services, request, id);
}
