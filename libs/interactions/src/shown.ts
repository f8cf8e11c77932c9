// FHIR R4 http.html#read: 404 against 410, and one event whatever the answer.
import { gone, notFound } from '#libs/fhir-model';
import type { ReadResult, StoredVersion } from '#libs/store';
import type { FhirRequest } from './fhir-request.js';
import { type Done, eventOf, subjectOf } from './record.js';
import type { Services } from './services.js';

/**
 * The version that may be shown, its event durable; `status` is that of the answer, and with `deletions` a deletion is a
 * version like any other.
 * @throws FhirError 404 or 410, after the event; a denied and an absent resource are the same 404.
 */
export async function shown(
  services: Services,
  request: FhirRequest,
  action: Done['action'],
  result: ReadResult,
  { status = 200, deletions = false }: { status?: number; deletions?: boolean } = {},
): Promise<StoredVersion> {
  const outcome = { found: status, gone: deletions ? status : 410, absent: 404, denied: 404 }[result.outcome];
  const done: Done = {
    action,
    decision: result.outcome === 'denied' ? 'deny' : 'permit',
    outcome,
    ...aboutResult(request, result),
    ...('consent' in result && result.consent !== undefined ? { consent: result.consent } : {}),
  };
  await services.store.record([eventOf(services, request, result.time, done, patientsOf(result))]);
  if (result.outcome === 'found' || (result.outcome === 'gone' && deletions)) return result.version;
  throw result.outcome === 'gone' ? gone() : notFound();
}

function aboutResult(request: FhirRequest, result: ReadResult): Pick<Done, 'subject' | 'content'> {
  if (result.outcome === 'absent') return { subject: { type: request.type, id: request.id as string } };
  const subject = subjectOf(result.version);
  return result.outcome === 'denied' ? { subject } : { subject, content: result.version.commitment };
}

function patientsOf(result: ReadResult): readonly string[] {
  if (result.outcome === 'absent') return [];
  return result.outcome === 'denied' ? result.patients : result.version.patients;
}
