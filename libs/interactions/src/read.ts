// FHIR R4 http.html#read
import { decide } from '#libs/consent';
import type { Answer } from './answer.js';
import { isHeld } from './conditional/held.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import type { Services } from './services.js';
import { shown } from './shown.js';
import { versionAnswer, versionHeaders } from './version-answer.js';

/** The current version; 304 if the client holds it. @throws FhirError 403, 404 (also when hidden) or 410. */
export async function readResource(services: Services, request: FhirRequest): Promise<Answer> {
  const facts = await granted(services, request, 'read');
  const name = { type: request.type, id: request.id as string };
  const result = await services.store.read(name, decide(facts, services.store.hash64));
  const held = result.outcome === 'found' && isHeld(request, result.version);
  const version = await shown(services, request, 'read', result, { status: held ? 304 : 200 });
  return held ? { status: 304, headers: versionHeaders(version) } : versionAnswer(version);
}
