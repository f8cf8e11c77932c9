import type { EventToRecord } from '../event.js';
import { sealOpening } from '../keys/opening.js';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';

/** An event as its row has it, the opening encrypted. */
export interface EventRow {
  readonly eventId: Buffer;
  readonly time: bigint;
  readonly decision: 'permit' | 'deny';
  readonly record: Buffer;
  readonly leaf: Buffer;
  readonly opening: Buffer;
  /** Keyed hash of the patient, where it is about exactly one. */
  readonly patient: bigint | null;
  /** Keyed hash of the resource asked for. */
  readonly subject: bigint | null;
  /** Keyed hashes of its patients, where there are several. */
  readonly patients: readonly bigint[];
  /** Versions of Consents that it relied on. */
  readonly consents: readonly string[];
}

/** Encrypts the opening: under the patient's key, where there is exactly one patient and that has a key; else the site's. */
export async function eventRow(recorded: EventToRecord, keys: PatientKeys, session: Session): Promise<EventRow> {
  const { event, decision, time, patients, subject, consents = [] } = recorded;
  const [only] = patients.length === 1 ? patients : [];
  const patient = only === undefined ? undefined : await keys.find(only, session);
  const opening = sealOpening(event.opening, event.eventId, {
    site: keys.chain.openings,
    ...(patient === undefined ? {} : { patient }),
  });
  const { eventId, record, leaf } = event;
  return {
    eventId,
    time,
    decision,
    record,
    leaf,
    opening,
    patient: only === undefined ? null : keys.hashOf(only),
    subject: subject === undefined ? null : subjectHash(subject, keys),
    patients: patients.length > 1 ? patients.map((id) => keys.hashOf(id)) : [],
    consents: decision === 'permit' ? consents : [],
  };
}

export function subjectHash({ type, id }: { type: string; id: string }, keys: PatientKeys): bigint {
  return keys.hash64('event subject', type, id);
}
