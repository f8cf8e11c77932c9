// FHIR R4 http.html#vread
import { decide } from '#libs/consent';
import type { ReadResult } from '#libs/store';
import type { Answer } from './answer.js';
import { isHeld } from './conditional/held.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import type { Services } from './services.js';
import { shown } from './shown.js';
import { versionAnswer, versionHeaders } from './version-answer.js';
import { versionNumber } from './version-number.js';

/** One version; 304 if the client holds it. @throws FhirError 403, 404 (also when hidden) or 410 for the version that is the deletion. */
export async function readVersion(services: Services, request: FhirRequest): Promise<Answer> {
  const result = await fetchVersion(services, request);
  const held = result.outcome === 'found' && isHeld(request, result.version);
  const version = await shown(services, request, 'vread', result, { status: held ? 304 : 200 });
  return held ? { status: 304, headers: versionHeaders(version) } : versionAnswer(version);
}

/** The version named in the URL, decided on but not yet on record. @throws FhirError 403. */
export async function fetchVersion(services: Services, request: FhirRequest): Promise<ReadResult> {
  const facts = await granted(services, request, 'vread');
  const version = versionNumber(request.version as string) ?? 0;
  const name = { type: request.type, id: request.id as string, version };
  return services.store.vread(name, decide(facts, services.store.hash64));
}
