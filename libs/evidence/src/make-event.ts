// holdfast-evidence/1: from what happened to its record, leaf and opening
import { type Decision, type EventRecord, encodeRecord, recordLeaf } from './event-record.js';
import { freshBytes } from './fresh-bytes.js';
import { MacKey } from './mac-key.js';
import { encodeOpening, type Opening, roleNames, type Subject } from './opening.js';
import { pseudonym, type Role, type SearchOpening, searchCommitment, type VersionCommitment } from './pseudonym.js';

/** What happened, in plain words. At least one of `client`, `agent`, `patient` and `subject` is named. */
export interface EventDraft {
  /** The interaction: lower-case letters and hyphens, or an operation with its dollar sign. */
  action: string;
  decision: Decision;
  /** HTTP status of the answer. */
  outcome: number;
  /** Whose record it is: the logical id of the Patient. */
  patient?: string | undefined;
  /** Who asked: a reference such as `Practitioner/1`. */
  agent?: string | undefined;
  /** Through which client. */
  client?: string | undefined;
  /** Purpose of use, a code of v3-ActReason. */
  purpose?: string | undefined;
  /** The Consent that decided, as a reference. */
  consent?: string | undefined;
  /** Short name of the definitions in use. */
  definitions: string;
  /** Content commitment of the version written or read, 32 bytes. */
  content?: Uint8Array | undefined;
  /** What the request was about. */
  subject?: Subject | undefined;
  /** The query of a search or history, as sent. */
  query?: string | undefined;
  /** The versions that were returned. */
  versions?: readonly VersionCommitment[] | undefined;
  /** The number of matches the answer spoke of; default the number of versions. */
  count?: number | undefined;
}

export interface MadeEvent {
  eventId: Buffer;
  record: Buffer;
  leaf: Buffer;
  /** JSON with the event's fresh key and the plain names: to be encrypted at rest. */
  opening: Buffer;
}

function searchOf({ query, versions, count }: EventDraft): SearchOpening | undefined {
  if (query === undefined && versions === undefined && count === undefined) return undefined;
  return { query: query ?? '', count: count ?? versions?.length ?? 0, versions: [...(versions ?? [])] };
}

function openingOf(draft: EventDraft, key: Buffer): Opening {
  const { subject, patient, agent, client, consent } = draft;
  return { key, subject, patient, agent, client, consent, search: searchOf(draft) };
}

/** The record's pseudonyms and search commitment that this opening gives. */
export function commitments(
  opening: Opening,
  names: Partial<Record<Role, string>> = roleNames(opening),
): Pick<EventRecord, Role | 'search'> {
  const key = new MacKey(opening.key);
  const of = (role: Role) => (names[role] === undefined ? undefined : pseudonym(key, role, names[role]));
  return {
    subject: of('subject'),
    patient: of('patient'),
    agent: of('agent'),
    client: of('client'),
    consent: of('consent'),
    search: opening.search && searchCommitment(key, opening.search),
  };
}

/**
 * Makes the record of one event at `site`, at `timeMicros` (microseconds since 1970, by the clock of Postgres), with
 * fresh random id, salt and opening key. Throws RangeError for a draft that names nobody and nothing, FormatError for a
 * field out of bounds.
 */
export function makeEvent(draft: EventDraft, site: string, timeMicros: bigint): MadeEvent {
  const random = freshBytes(80);
  const opening = openingOf(draft, random.subarray(48));
  const names = roleNames(opening);
  const named = Object.values(names);
  if (named.length === 0 || named.includes('')) throw new RangeError('an event names at least its client, in words');
  const record = encodeRecord({
    eventId: random.subarray(0, 16),
    salt: random.subarray(16, 48),
    site,
    time: timeMicros,
    action: draft.action,
    outcome: draft.outcome,
    decision: draft.decision,
    content: draft.content && Buffer.from(draft.content),
    purpose: draft.purpose,
    definitions: draft.definitions,
    ...commitments(opening, names),
  });
  return { eventId: random.subarray(0, 16), record, leaf: recordLeaf(record), opening: encodeOpening(opening) };
}
