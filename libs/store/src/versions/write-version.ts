// FHIR R4 http.html#create, #update and #delete as one transaction each: locks, decision, version, event.
import type { Permit, WritePermit } from '#libs/consent';
import { splice } from '#libs/fhir-json';
import { instant } from '#libs/fhir-model';
import { carriedBlob } from '../blobs/carried-blob.js';
import type { EventRow } from '../events/event-row.js';
import { eventRow } from '../events/event-row.js';
import { insertEvents } from '../events/insert-event.js';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import type { EventMaker, NotWritten, UploadedBlob, WriteFacts, WriteResult, Written } from '../write.js';
import { type ConsentEvent, consentHandle } from './consent-event.js';
import { type Begun, beginWrite } from './current-version.js';
import { insertVersion } from './insert-version.js';
import { type Judgement, judgeWrite } from './judge-write.js';
import type { NewContent } from './new-content.js';
import { type Draft, sealVersion, type Wrapping } from './seal-version.js';

/** One of the three interactions, all that can be worked out before the transaction done. */
export interface Attempt {
  readonly interaction: 'create' | 'update' | 'delete';
  readonly type: string;
  readonly id: string;
  /** Absent for a deletion. */
  readonly content?: NewContent;
  /** Content that is kept outside the database already. */
  readonly blob?: UploadedBlob;
  readonly mayCreate: boolean;
  readonly blind: boolean;
  readonly ifMatch?: number;
  readonly event: EventMaker;
}

/** The two decisions of a write: may it be recorded, may it be shown. */
export interface Permits {
  readonly write: WritePermit;
  readonly answer: Permit;
}

/** Runs in a transaction; leaves an event whatever the outcome. */
export async function writeVersion(
  attempt: Attempt,
  permits: Permits,
  session: Session,
  keys: PatientKeys,
): Promise<WriteResult> {
  const { begun, judgement, refused } = await decided(attempt, permits, session, keys);
  return refused === undefined
    ? written(attempt, permits.answer, begun, judgement, session, keys)
    : notWritten(attempt, refused, begun, judgement, session, keys);
}

/** How the same would be refused now, on record; undefined where it would be written, and then nothing is done. */
export async function refusedWrite(
  attempt: Attempt,
  permits: Permits,
  session: Session,
  keys: PatientKeys,
): Promise<NotWritten | undefined> {
  const { begun, judgement, refused } = await decided(attempt, permits, session, keys);
  return refused === undefined ? undefined : notWritten(attempt, refused, begun, judgement, session, keys);
}

async function decided(attempt: Attempt, permits: Permits, session: Session, keys: PatientKeys) {
  const { type, id } = attempt;
  const lock = attempt.interaction === 'create' ? {} : { lock: keys.hash64('resource lock', type, id) };
  const begun = await beginWrite({ type, id, patients: attempt.content?.hashes ?? [], ...lock }, session);
  const judgement = await judge(attempt, permits, begun, session);
  return { begun, judgement, refused: refusal(attempt, begun, judgement) };
}

/**
 * A create by those whom nothing keeps from recording, in one statement instead of a transaction of four: no decision
 * depends on its locks. `time` is an estimate; where Postgres disagrees nothing is written.
 */
export function createAtOnce(
  attempt: Attempt,
  answer: Permit,
  time: bigint,
  session: Session,
  keys: PatientKeys,
): Promise<Written> {
  return written(attempt, answer, { now: time, isEstimated: true }, { allowed: true }, session, keys);
}

async function judge(attempt: Attempt, permits: Permits, { current }: Begun, session: Session): Promise<Judgement> {
  const { type, blind, content, mayCreate } = attempt;
  const isNothing = current === undefined && !mayCreate;
  const judged = {
    type,
    blind,
    ...(content && { patients: content.hashes }),
    ...(current && { current: current.pid }),
    ...(isNothing && { current: 'none' as const }),
  };
  const judgement = await judgeWrite(judged, permits.write, permits.answer, session);
  return isNothing ? { allowed: true } : judgement;
}

/** What is hidden is refused before anything is compared with it. */
function refusal(attempt: Attempt, { current }: Begun, { allowed }: Judgement): NotWritten['outcome'] | undefined {
  if (current === undefined && !attempt.mayCreate) return 'absent';
  if (!allowed) return 'denied';
  if (attempt.interaction === 'delete' && current?.deleted) return 'gone';
  return attempt.ifMatch !== undefined && attempt.ifMatch !== current?.version ? 'conflict' : undefined;
}

async function notWritten(
  attempt: Attempt,
  outcome: NotWritten['outcome'],
  { now, current }: Begun,
  { consent }: Judgement,
  session: Session,
  keys: PatientKeys,
): Promise<NotWritten> {
  const facts: WriteFacts = {
    outcome,
    decision: outcome === 'denied' ? 'deny' : 'permit',
    patients: current?.patients ?? attempt.content?.patients ?? [],
    ...(current && { subject: { type: attempt.type, id: attempt.id, version: current.version } }),
    ...(consent !== undefined && { consent }),
  };
  await insertEvents([await madeEvent(attempt, now, facts, session, keys)], session);
  return {
    outcome,
    time: now,
    ...(consent !== undefined && { consent }),
    ...(current && { current: current.version }),
  };
}

async function written(
  attempt: Attempt,
  answer: Permit,
  { now, current, isEstimated = false }: Begun & { isEstimated?: boolean },
  { consent }: Judgement,
  session: Session,
  keys: PatientKeys,
): Promise<Written> {
  const blob = attempt.blob ?? (await carriedBlob(attempt, current?.pid, session, keys));
  const draft = { ...nextVersion(attempt, { now, ...(current && { current }) }), ...(blob && { blob }) };
  const sealed = await sealVersion(draft, attempt.content?.labels ?? [], await wrapping(draft.patients, keys, session));
  const outcome = attempt.content === undefined ? 'deleted' : current?.deleted === false ? 'updated' : 'created';
  const decidedBy = consent === undefined ? {} : { consent };
  const { type, id, version } = draft;
  const facts: WriteFacts = {
    outcome,
    decision: 'permit',
    subject: { type, id, version },
    written: sealed.open,
    patients: draft.patients,
    ...decidedBy,
  };
  const insertion = {
    sealed,
    isEstimated,
    patients: draft.patients.map((patient) => keys.hashOf(patient)),
    event: await madeEvent(attempt, now, facts, session, keys),
    ...(attempt.content && { content: attempt.content }),
    ...(current && { replaced: current.pid }),
    ...(attempt.blob && { upload: attempt.blob.upload }),
    ...consentOf(attempt, draft, keys),
  };
  const { pid, readable } = await insertVersion(insertion, answer, session);
  return { outcome, time: now, version: { ...sealed.open, pid }, readable, ...decidedBy };
}

/** A Consent that is deleted, or of which nothing speaks any more, is revoked. */
function consentOf({ content }: Attempt, draft: Draft, keys: PatientKeys): { consent?: ConsentEvent } {
  const { type, id, version, lastUpdated: recorded } = draft;
  if (type !== 'Consent') return {};
  const revoked = version > 1 && (content === undefined || content.rules.length === 0);
  return { consent: { handle: consentHandle(id, keys.chain), version, revoked, recorded } };
}

/** A deletion stays in the compartments of what it deletes. */
function nextVersion({ interaction, type, id, content }: Attempt, { now, current }: Begun): Draft {
  const version = (current?.version ?? 0) + 1;
  const lastUpdated = current !== undefined && current.lastUpdated >= now ? current.lastUpdated + 1n : now;
  const assigned = { id, versionId: String(version), lastUpdated: instant(lastUpdated) };
  const bytes = content === undefined ? Buffer.alloc(0) : Buffer.from(splice(content.document, assigned));
  return { type, id, version, lastUpdated, interaction, bytes, patients: content?.patients ?? current?.patients ?? [] };
}

async function wrapping(patients: readonly string[], keys: PatientKeys, session: Session): Promise<Wrapping> {
  const [only] = patients.length === 1 ? patients : [];
  const key = only === undefined ? undefined : await keys.find(only, session);
  return only === undefined || key === undefined ? { key: keys.chain.shared } : { key, patient: keys.hashOf(only) };
}

async function madeEvent(
  attempt: Attempt,
  time: bigint,
  facts: WriteFacts,
  session: Session,
  keys: PatientKeys,
): Promise<EventRow> {
  const { type, id } = attempt;
  const event = attempt.event(time, facts);
  return eventRow(
    {
      event,
      decision: facts.decision,
      time,
      patients: facts.patients,
      subject: { type, id },
      consents: facts.consent === undefined ? [] : [facts.consent],
    },
    keys,
    session,
  );
}
