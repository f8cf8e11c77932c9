// FHIR R4 http.html#create
import { decide, decideWrite } from '#libs/consent';
import { forbidden } from '#libs/fhir-model';
import type { Answer } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { writeEvent } from './record.js';
import { resourceBody } from './resource-body.js';
import type { Services } from './services.js';
import { writtenAnswer } from './version-answer.js';

/** Stores the body under a new id. @throws FhirError 400, 403 or 422. */
export async function createResource(services: Services, request: FhirRequest): Promise<Answer> {
  const facts = await granted(services, request, 'create');
  const document = resourceBody(request);
  const { store } = services;
  const result = await store.create(
    { type: request.type, document, event: writeEvent(services, request, 'create', 403) },
    decideWrite(facts, store.hash64),
    decide(facts, store.hash64),
  );
  if (result.outcome !== 'created') throw forbidden('This record may not be written by you');
  return writtenAnswer(services, request, 201, result.version, result.readable);
}
