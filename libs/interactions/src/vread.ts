// FHIR R4 http.html#vread
import { decide } from '#libs/consent';
import type { EventToRecord, ReadResult } from '#libs/store';
import type { Answer } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { eventOfRead, readAnswer } from './read-answer.js';
import type { Services } from './services.js';
import { versionNumber } from './version-number.js';

/** One version; 304 if the client holds it. @throws FhirError 403, 404 (also when hidden) or 410 for the version that is the deletion. */
export async function readVersion(services: Services, request: FhirRequest): Promise<Answer> {
  const result = await fetchVersion(services, request, eventOfRead(services, request, 'vread'));
  return readAnswer(services, request, result);
}

/** The version named in the URL, decided on; on record only with an `eventOf`. @throws FhirError 403. */
export async function fetchVersion(
  services: Services,
  request: FhirRequest,
  eventOf?: (result: ReadResult) => EventToRecord,
): Promise<ReadResult> {
  const facts = await granted(services, request, 'vread');
  const version = versionNumber(request.version as string) ?? 0;
  const name = { type: request.type, id: request.id as string, version };
  return services.store.vread(name, decide(facts, services.store.hash64), eventOf);
}
