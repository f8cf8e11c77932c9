// FHIR R4 http.html#read: 404 against 410, and one event whatever the answer.
import { FhirError, gone, notFound } from '#libs/fhir-model';
import type { EventToRecord, ReadResult, StoredVersion } from '#libs/store';
import type { FhirRequest } from './fhir-request.js';
import { type Done, eventOf, subjectOf } from './record.js';
import type { Services } from './services.js';

/** How the answer to a result differs from the usual. */
interface Shape {
  /** The status of what may be shown; 200 if not given. */
  readonly status?: number;
  /** A deletion is a version like any other. */
  readonly deletions?: boolean;
}

/** The status that a result is answered with. */
export function statusOf({ outcome }: ReadResult, { status = 200, deletions = false }: Shape = {}): number {
  return { found: status, gone: deletions ? status : 410, absent: 404, denied: 404, broken: 500 }[outcome];
}

/** The event of a read: what was asked, how it was decided, and the status that will be answered. */
export function eventOfResult(
  services: Services,
  request: FhirRequest,
  action: Done['action'],
  result: ReadResult,
  outcome: number,
): EventToRecord {
  const done: Done = {
    action,
    decision: result.outcome === 'denied' ? 'deny' : 'permit',
    outcome,
    ...aboutResult(request, result),
    ...('consent' in result && result.consent !== undefined ? { consent: result.consent } : {}),
  };
  return eventOf(services, request, result.time, done, patientsOf(result));
}

/**
 * The version that may be shown, of a result whose event is durable.
 * @throws FhirError 404 or 410; a denied and an absent resource are the same 404.
 */
export function shownOf(services: Services, result: ReadResult, { deletions = false }: Shape = {}): StoredVersion {
  noteDisclosed(services, result);
  if (result.outcome === 'found' || (result.outcome === 'gone' && deletions)) return result.version;
  if (result.outcome === 'broken') throw broken();
  throw result.outcome === 'gone' ? gone() : notFound();
}

/** The same of a result whose event is not recorded yet: it is before this resolves or throws. */
export async function shown(
  services: Services,
  request: FhirRequest,
  action: Done['action'],
  result: ReadResult,
  shape: Shape = {},
): Promise<StoredVersion> {
  await services.store.record([eventOfResult(services, request, action, result, statusOf(result, shape))]);
  return shownOf(services, result, shape);
}

/** Makes the event of a read durable, with the status that will be answered. */
export async function recordResult(
  services: Services,
  request: FhirRequest,
  action: Done['action'],
  result: ReadResult,
  outcome: number,
): Promise<void> {
  noteDisclosed(services, result);
  await services.store.record([eventOfResult(services, request, action, result, outcome)]);
}

function noteDisclosed(services: Services, result: ReadResult): void {
  if (result.outcome === 'found' || result.outcome === 'gone') services.disclosed?.([result.version]);
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
