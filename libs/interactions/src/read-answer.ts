// FHIR R4 http.html#read, http.html#vread and http.html#cread: what both kinds of reads record and answer.
import type { EventToRecord, ReadResult } from '#libs/store';
import type { Answer } from './answer.js';
import { isHeld } from './conditional/held.js';
import type { FhirRequest } from './fhir-request.js';
import type { Services } from './services.js';
import { eventOfResult, shownOf, statusOf } from './shown.js';
import { versionAnswer, versionHeaders } from './version-answer.js';

/** Makes the event of a read, of the status that {@link readAnswer} answers. */
export function eventOfRead(services: Services, request: FhirRequest, action: 'read' | 'vread') {
  return (result: ReadResult): EventToRecord => {
    const status = isHeldResult(request, result) ? 304 : 200;
    return eventOfResult(services, request, action, result, statusOf(result, { status }));
  };
}

/** The version of a result whose event is durable; 304 if the client holds it. @throws FhirError 404 (also when hidden) or 410. */
export function readAnswer(services: Services, request: FhirRequest, result: ReadResult): Answer {
  const version = shownOf(services, result);
  return isHeldResult(request, result) ? { status: 304, headers: versionHeaders(version) } : versionAnswer(version);
}

function isHeldResult(request: FhirRequest, result: ReadResult): boolean {
  return result.outcome === 'found' && isHeld(request, result.version);
}
