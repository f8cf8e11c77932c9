// FHIR R4 http.html#read
import { decide } from '#libs/consent';
import type { ReadResult } from '#libs/store';
import type { Answer } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import type { Services } from './services.js';
import { eventOfResult, shownOf, statusOf } from './shown.js';
import { versionAnswer, versionHeaders } from './version-answer.js';

/** The current version; 304 if the client holds it. @throws FhirError 403, 404 (also when hidden) or 410. */
export async function readResource(services: Services, request: FhirRequest): Promise<Answer> {
  const facts = await granted(services, request, 'read');
  const name = { type: request.type, id: request.id as string };
  const status = (result: ReadResult) => statusOf(result, { status: isHeld(request, result) ? 304 : 200 });
  const result = await services.store.read(name, decide(facts, services.store.hash64), (found) =>
    eventOfResult(services, request, 'read', found, status(found)),
  );
  const version = shownOf(services, result);
  return isHeld(request, result) ? { status: 304, headers: versionHeaders(version) } : versionAnswer(version);
}

/** FHIR R4 http.html#cread; RFC 9110 section 13.1.3: with If-None-Match, If-Modified-Since does not count. */
function isHeld(request: FhirRequest, result: ReadResult): boolean {
  if (result.outcome !== 'found') return false;
  const { version, lastUpdated } = result.version;
  if (request.ifNoneMatch.length > 0) return request.ifNoneMatch.includes(String(version));
  const seconds = Number(lastUpdated / 1_000_000n) * 1000;
  return request.ifModifiedSince !== undefined && seconds <= request.ifModifiedSince;
}
