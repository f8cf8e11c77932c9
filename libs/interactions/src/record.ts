// Every request that passed the token check and the parser leaves an event, durable before the answer goes out.

import { type EventDraft, makeEvent, type Subject } from '#libs/evidence';
import type { EventMaker, EventToRecord, StoredVersion, VersionName, WriteFacts } from '#libs/store';
import type { FhirRequest, SystemRequest } from './fhir-request.js';
import type { Services } from './services.js';
import { definitionsVersion } from './validity.js';

/** What an event says beyond who asked. */
export type Done = Pick<EventDraft, 'action' | 'decision' | 'outcome'> &
  Partial<Pick<EventDraft, 'patient' | 'consent' | 'subject' | 'content' | 'query' | 'count' | 'versions'>>;

/** The draft of an event: agent, client and purpose come from the token. */
export function draft(services: Services, request: SystemRequest, done: Done): EventDraft {
  const { user, client, purpose } = request.context;
  return {
    ...done,
    client,
    definitions: definitionsVersion(services),
    ...(user === undefined ? {} : { agent: user }),
    ...(purpose === undefined ? {} : { purpose }),
  };
}

/** An event about a request, at a time of the Postgres clock in microseconds. */
export function eventOf(
  services: Services,
  request: SystemRequest,
  time: bigint,
  done: Done,
  patients: readonly string[] = [],
): EventToRecord {
  const about = patients.length === 1 ? { patient: patients[0] as string } : {};
  return {
    event: makeEvent(draft(services, request, { ...done, ...about }), services.site, time),
    decision: done.decision,
    time,
    patients,
    ...(done.consent === undefined ? {} : { consents: done.consent.split(' ') }),
    ...(done.subject ? { subject: { type: done.subject.type, id: done.subject.id } } : {}),
  };
}

/** Makes one event durable that is about the request alone, not about data. */
export async function recordRequest(services: Services, request: SystemRequest, done: Done): Promise<void> {
  const time = await services.store.time();
  const subject = subjectOfRequest(request);
  await services.store.record([eventOf(services, request, time, { ...subject, ...done })]);
}

function subjectOfRequest(request: SystemRequest & Partial<FhirRequest>): Pick<Done, 'subject'> {
  const { type, id } = request;
  return type === undefined || id === undefined ? {} : { subject: { type, id } };
}

/** What is kept of a version that is shown. */
export type Disclosed = Pick<StoredVersion, 'type' | 'id' | 'version' | 'patients' | 'commitment'>;

/** A version that is shown, and the Consent version that decided so, if any did. */
type Shown = Disclosed & { readonly consent?: string };

/** The versions among the entries of a history, each with what decided on it. */
export function shownIn(entries: readonly { version: StoredVersion; consent?: string }[]): Shown[] {
  return entries.map(({ version, consent }) => (consent === undefined ? version : { ...version, consent }));
}

/** All Consents relied on: as many as there are, in one text, ascending. */
function consentsOf(shown: readonly Shown[]): Pick<Done, 'consent'> {
  const names = new Set(shown.flatMap(({ consent }) => consent?.split(' ') ?? []));
  return names.size === 0 ? {} : { consent: [...names].sort().join(' ') };
}

/** One event for every patient whose versions were shown, one for those of no patient, and one where nothing was shown. */
export function eventsOfVersions(
  services: Services,
  request: SystemRequest,
  time: bigint,
  done: Pick<Done, 'action' | 'query' | 'subject'>,
  versions: readonly Shown[],
): EventToRecord[] {
  services.disclosed?.(versions);
  const byPatient = new Map<string, Shown[]>();
  for (const version of versions) {
    for (const patient of version.patients.length > 0 ? version.patients : ['']) {
      byPatient.set(patient, [...(byPatient.get(patient) ?? []), version]);
    }
  }
  if (byPatient.size === 0) byPatient.set('', []);
  return [...byPatient].map(([patient, shown]) =>
    eventOf(
      services,
      request,
      time,
      {
        ...done,
        ...consentsOf(shown),
        decision: 'permit',
        outcome: 200,
        count: shown.length,
        versions: shown.map(nameOf),
      },
      patient === '' ? [] : [patient],
    ),
  );
}

function nameOf({ type, id, version, commitment }: Disclosed) {
  return { type, id, version: String(version), commitment };
}

/** A version as the subject of an event. */
export function subjectOf({ type, id, version }: VersionName): Subject {
  return { type, id, version: String(version) };
}

const STATUS: Record<WriteFacts['outcome'], number> = {
  created: 201,
  updated: 200,
  deleted: 204,
  conflict: 412,
  absent: 404,
  gone: 204,
  denied: 404,
  unlabelled: 403,
};

/** The event of a write, made inside its transaction. `refused` is the status that an absent or hidden resource answers. */
export function writeEvent(
  services: Services,
  request: FhirRequest,
  action: EventDraft['action'],
  refused = 404,
): EventMaker {
  return (time, facts) => {
    const outcome = facts.outcome === 'absent' || facts.outcome === 'denied' ? refused : STATUS[facts.outcome];
    const done: Done = {
      action,
      decision: facts.decision,
      outcome,
      ...(facts.subject ? { subject: subjectOf(facts.subject) } : {}),
      ...(facts.written ? { content: facts.written.commitment } : {}),
      ...(facts.consent === undefined ? {} : { consent: facts.consent }),
      ...(request.condition === undefined ? {} : { query: request.condition }),
    };
    return eventOf(services, request, time, done, facts.patients).event;
  };
}
