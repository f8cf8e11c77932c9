// FHIR R4 http.html#create and #ccreate
import { decide, decideWrite } from '#libs/consent';
import type { JsonDocument } from '#libs/fhir-json';
import { forbidden } from '#libs/fhir-model';
import type { CreateRequest } from '#libs/store';
import type { Answer } from './answer.js';
import { existingAnswer } from './conditional/create.js';
import { criteriaOf } from './conditional/criteria.js';
import { matchOf } from './conditional/match.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { writeEvent } from './record.js';
import { checkReferences } from './references/integrity.js';
import { resourceBody } from './resource-body.js';
import type { Services } from './services.js';
import { writtenAnswer } from './version-answer.js';

/**
 * Stores the body under a new id. With a condition, only where nothing matches it that the requester may be shown; one match
 * is answered instead, 200. @throws FhirError 400, 403, 412 or 422.
 */
export async function createResource(services: Services, request: FhirRequest): Promise<Answer> {
  if (request.condition === undefined) return createUnconditionally(services, request);
  const document = resourceBody(services, request);
  const criteria = await criteriaOf(services, request);
  return services.store.transaction(async (store) => {
    const inside = { ...services, store };
    await store.lock({ matches: [criteria.lock] });
    const match = await matchOf(inside, request, criteria, 'create');
    if (match) return existingAnswer(inside, request, match);
    return createUnconditionally(inside, { ...request, document });
  });
}

/** The same, whatever the condition says. */
export async function createUnconditionally(services: Services, request: FhirRequest): Promise<Answer> {
  const facts = await granted(services, request, 'create');
  const document = resourceBody(services, request);
  const warnings = await checkReferences(services, request, document, decide(facts, services.store.hash64));
  const { store } = services;
  const creation = creationOf(services, request, document, 'create');
  const result = await store.create(creation, decideWrite(facts, store.hash64), decide(facts, store.hash64));
  if (result.outcome !== 'created') throw forbidden(MAY_NOT);
  return writtenAnswer(services, request, 201, result.version, result.readable, warnings);
}

/** Refuses what would be refused, before there is more of it than `request` has. @throws FhirError 400, 403 or 422. */
export async function refuseCreate(
  services: Services,
  request: FhirRequest,
  interaction: 'create' | 'update',
): Promise<void> {
  const facts = await granted(services, request, interaction);
  const { store } = services;
  const creation = creationOf(services, request, resourceBody(services, request), interaction);
  const refused = await store.refused(creation, decideWrite(facts, store.hash64), decide(facts, store.hash64));
  if (refused) throw forbidden(MAY_NOT);
}

const MAY_NOT = 'This record may not be written by you';

function creationOf(
  services: Services,
  request: FhirRequest,
  document: JsonDocument,
  action: 'create' | 'update',
): CreateRequest {
  const { type, newId, blob, patients } = request;
  return {
    type,
    document,
    event: writeEvent(services, request, action, 403),
    ...(blob && { blob }),
    ...(patients && { patients }),
    ...(newId === undefined ? {} : { id: newId }),
  };
}
