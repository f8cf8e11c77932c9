// FHIR R4 http.html#read
import { decide } from '#libs/consent';
import type { Answer } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { eventOfRead, readAnswer } from './read-answer.js';
import type { Services } from './services.js';

/** The current version; 304 if the client holds it. @throws FhirError 403, 404 (also when hidden) or 410. */
export async function readResource(services: Services, request: FhirRequest): Promise<Answer> {
  const facts = await granted(services, request, 'read');
  const name = { type: request.type, id: request.id as string };
  const permit = decide(facts, services.store.hash64);
  const result = await services.store.read(name, permit, eventOfRead(services, request, 'read'));
  return readAnswer(services, request, result);
}
