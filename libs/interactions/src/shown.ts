// FHIR R4 http.html#read: 404 against 410, and one event whatever the answer.
import { FhirError, gone, notFound } from '#libs/fhir-model';
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
  const outcome = { found: status, gone: deletions ? status : 410, absent: 404, denied: 404, broken: 500 }[
    result.outcome
  ];
  await recordResult(services, request, action, result, outcome);
  if (result.outcome === 'found' || (result.outcome === 'gone' && deletions)) return result.version;
  if (result.outcome === 'broken') throw broken();
  throw result.outcome === 'gone' ? gone() : notFound();
}

/** Makes the event of a read durable: what was asked, how it was decided, and the status that will be answered. */
export async function recordResult(
  services: Services,
  request: FhirRequest,
  action: Done['action'],
  result: ReadResult,
  outcome: number,
): Promise<void> {
  if (result.outcome === 'found' || result.outcome === 'gone') services.disclosed?.([result.version]);
  const done: Done = {
    action,
    decision: result.outcome === 'denied' ? 'deny' : 'permit',
    outcome,
    ...aboutResult(request, result),
    ...('consent' in result && result.consent !== undefined ? { consent: result.consent } : {}),
  };
  await services.store.record([eventOf(services, request, result.time, done, patientsOf(result))]);
}

function aboutResult(request: FhirRequest, result: ReadResult): Pick<Done, 'subject' | 'content'> {
  if (result.outcome === 'absent') return { subject: { type: request.type, id: request.id as string } };
  const subject = subjectOf(result.version);
  return 'commitment' in result.version ? { subject, content: result.version.commitment } : { subject };
}

function patientsOf(result: ReadResult): readonly string[] {
  if (result.outcome === 'absent') return [];
  return 'patients' in result ? result.patients : result.version.patients;
}

function broken(): FhirError {
  const diagnostics = 'What is stored here is not what was recorded: ask $verify of this version';
  return new FhirError(500, { severity: 'fatal', code: 'exception', diagnostics });
}
