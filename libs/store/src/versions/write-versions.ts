// FHIR R4 http.html#create, #update and #delete, of several resources as one: locks, decision, version, event.
import type { Permit } from '#libs/consent';
import { splice } from '#libs/fhir-json';
import { instant } from '#libs/fhir-model';
import { carriedBlob } from '../blobs/carried-blob.js';
import type { EventRow } from '../events/event-row.js';
import { eventRow } from '../events/event-row.js';
import { insertEvents } from '../events/insert-event.js';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import { Turns } from '../turns.js';
import type { EventMaker, NotWritten, UploadedBlob, WriteFacts, WriteResult, Written } from '../write.js';
import { beginWrites, type CurrentVersion, type PatientLock } from './begin-writes.js';
import { type ConsentEvent, consentHandle } from './consent-event.js';
import { type Insertion, insertVersions, type Recording } from './insert-versions.js';
import { isJudged, type Judged, type Judgement, judgeWrites, type Permits } from './judge-writes.js';
import { judgeLabels, type Replacement } from './kept-labels.js';
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
  readonly ifMatch?: number;
  readonly ifNone?: boolean;
  readonly keepsPatients?: boolean;
  /** Of an update. */
  readonly labelling?: Pick<Replacement, 'rules' | 'relabelled'>;
  readonly event: EventMaker;
}

/** An attempt, what it found, and how it was decided. */
interface Found {
  readonly attempt: Attempt;
  readonly current?: CurrentVersion;
  readonly judgement: Judgement;
  /** It would remove a security label, and may not. */
  readonly unlabels?: true;
}

/**
 * Runs in a transaction, for attempts at different resources, all of one interaction under the same permits, a Consent alone. Every attempt leaves an event, whatever
 * its outcome. `lockAll`: so many patients are locked already that more are locked as a whole.
 */
export async function writeVersions(
  attempts: readonly Attempt[],
  permits: Permits,
  session: Session,
  keys: PatientKeys,
  lockAll = false,
): Promise<WriteResult[]> {
  const { now, found } = await decided(attempts, permits, session, keys, lockAll);
  return settled(found, now, permits.answer, session, keys);
}

/** How an attempt would be refused now, on record; undefined where it would be written, and then nothing is done. */
export async function refusedWrite(
  attempt: Attempt,
  permits: Permits,
  session: Session,
  keys: PatientKeys,
): Promise<NotWritten | undefined> {
  const { now, found } = await decided([attempt], permits, session, keys, false);
  const refused = refusedOf(found);
  const [result] = await notWritten(refused, now, session, keys);
  return result;
}

async function decided(
  attempts: readonly Attempt[],
  permits: Permits,
  session: Session,
  keys: PatientKeys,
  lockAll: boolean,
): Promise<{ now: bigint; found: Found[] }> {
  const known = attempts.filter(({ interaction }) => interaction !== 'create');
  const { now, current } = await beginWrites(
    {
      resources: known.map(({ type, id }) => ({ type, id, lock: keys.hash64('resource lock', type, id) })),
      patients: attempts.flatMap(({ content }) => content?.hashes ?? []),
      patientLock: lockAll ? 'all' : patientLock({ attempts, permits }),
    },
    session,
  );
  const judgements = await judgeWrites(
    attempts.map((attempt, at) => judged(attempt, current[at])),
    permits,
    session,
  );
  const found = attempts.map((attempt, at) => foundOf(attempt, current[at], judgements[at]));
  return { now, found: await labelled(found, session, keys) };
}

async function labelled(found: readonly Found[], session: Session, keys: PatientKeys): Promise<Found[]> {
  const judgements = await judgeLabels(found.map(replacement), session, keys);
  return found.map((one, at) => {
    const { content, unlabels } = judgements[at] ?? {};
    return { ...one, ...(content && { attempt: { ...one.attempt, content } }), ...(unlabels && { unlabels }) };
  });
}

function replacement(one: Found): Replacement | undefined {
  const { attempt, current } = one;
  const { content, labelling } = attempt;
  const replaces = current !== undefined && !current.deleted && refusal(one) === undefined;
  return content && labelling && replaces ? { ...labelling, content, current: current.pid } : undefined;
}

/**
 * Creates by those whom nothing keeps from recording, in one statement instead of a transaction of several: no decision depends on
 * its locks. `time` is an estimate; where Postgres disagrees nothing is written.
 */
export function createAtOnce(
  attempts: readonly Attempt[],
  answer: Permit,
  time: bigint,
  session: Session,
  keys: PatientKeys,
): Promise<Written[]> {
  const found = attempts.map((attempt) => ({ attempt, judgement: { allowed: true } }));
  return written(found, { now: time, isEstimated: true }, answer, session, keys);
}

/** How a group of attempts locks its patients. */
export function patientLock(group: { attempts: readonly Attempt[]; permits: Permits }): PatientLock {
  if (group.attempts[0]?.type === 'Consent') return 'exclusive';
  return isJudged(group.permits) ? 'shared' : 'none';
}

function judged({ type, content, mayCreate }: Attempt, current: CurrentVersion | undefined): Judged {
  return {
    type,
    ...(content && { patients: content.hashes }),
    ...(current && { current: current.pid }),
    ...(current === undefined && !mayCreate && { current: 'none' as const }),
  };
}

function foundOf(
  attempt: Attempt,
  current: CurrentVersion | undefined,
  judgement: Judgement = { allowed: false },
): Found {
  const isNothing = current === undefined && !attempt.mayCreate;
  return { attempt, ...(current && { current }), judgement: isNothing ? { allowed: true } : judgement };
}

/** What is hidden is refused before anything is compared with it. */
function refusal({ attempt, current, judgement, unlabels }: Found): NotWritten['outcome'] | undefined {
  if (current === undefined && !attempt.mayCreate) return 'absent';
  if (!judgement.allowed) return 'denied';
  if (attempt.interaction === 'delete' && current?.deleted) return 'gone';
  if (!isExpected(attempt, current)) return 'conflict';
  return unlabels && 'unlabelled';
}

function isExpected(attempt: Attempt, current: CurrentVersion | undefined): boolean {
  const { ifMatch, ifNone, keepsPatients } = attempt;
  if (ifNone === true && current !== undefined && !current.deleted) return false;
  if (keepsPatients === true && losesPatient(attempt, current)) return false;
  return ifMatch === undefined || ifMatch === current?.version;
}

function losesPatient({ content }: Attempt, current: CurrentVersion | undefined): boolean {
  return current?.patients.some((patient) => !content?.patients.includes(patient)) ?? false;
}

interface Refused {
  readonly one: Found;
  readonly outcome: NotWritten['outcome'];
}

function refusedOf(found: readonly Found[]): Refused[] {
  return found.flatMap((one) => {
    const outcome = refusal(one);
    return outcome === undefined ? [] : [{ one, outcome }];
  });
}

/** The results, each in its place. */
async function settled(
  found: readonly Found[],
  now: bigint,
  answer: Permit,
  session: Session,
  keys: PatientKeys,
): Promise<WriteResult[]> {
  const refused = refusedOf(found);
  const without = new Set(refused.map(({ one }) => one));
  const accepted = found.filter((one) => !without.has(one));
  const results = new Map<Found, WriteResult>();
  const done = await written(accepted, { now, isEstimated: false }, answer, session, keys);
  for (const [at, one] of accepted.entries()) results.set(one, done[at] as Written);
  const left = await notWritten(refused, now, session, keys);
  for (const [at, { one }] of refused.entries()) results.set(one, left[at] as NotWritten);
  return found.map((one) => results.get(one) as WriteResult);
}

async function notWritten(
  refused: readonly Refused[],
  now: bigint,
  session: Session,
  keys: PatientKeys,
): Promise<NotWritten[]> {
  if (refused.length === 0) return [];
  const made = refused.map((one) => madeEvent(one.one.attempt, now, refusalFacts(one), session, keys));
  await insertEvents(await Promise.all(made), session);
  return refused.map(({ one, outcome }) => ({
    outcome,
    time: now,
    ...decidedBy(one),
    ...(one.current && { current: one.current.version }),
  }));
}

function refusalFacts({ one, outcome }: Refused): WriteFacts {
  const { attempt, current } = one;
  return {
    outcome,
    decision: outcome === 'denied' || outcome === 'unlabelled' ? 'deny' : 'permit',
    patients: current?.patients ?? attempt.content?.patients ?? [],
    ...(current && { subject: { type: attempt.type, id: attempt.id, version: current.version } }),
    ...decidedBy(one),
  };
}

async function written(
  found: readonly Found[],
  recording: Recording,
  answer: Permit,
  session: Session,
  keys: PatientKeys,
): Promise<Written[]> {
  const insertions: Insertion[] = [];
  const turns = new Turns();
  for (const one of found) {
    insertions.push(await insertionOf(one, recording.now, session, keys));
    await turns.pass();
  }
  const inserted = await insertVersions(insertions, recording, answer, session);
  return inserted.map(({ pid, readable }, at) => {
    const { sealed } = insertions[at] as Insertion;
    const one = found[at] as Found;
    const outcome = outcomeOf(one);
    return { outcome, time: recording.now, version: { ...sealed.open, pid }, readable, ...decidedBy(one) };
  });
}

async function insertionOf(one: Found, now: bigint, session: Session, keys: PatientKeys): Promise<Insertion> {
  const { attempt, current } = one;
  const blob = attempt.blob ?? (await carriedBlob(attempt, current?.pid, session, keys));
  const draft = { ...nextVersion(attempt, current, now), ...(blob && { blob }) };
  const sealed = await sealVersion(draft, attempt.content?.labels ?? [], await wrapping(draft.patients, keys, session));
  const { type, id, version } = draft;
  const facts: WriteFacts = {
    outcome: outcomeOf(one),
    decision: 'permit',
    subject: { type, id, version },
    written: sealed.open,
    patients: draft.patients,
    ...decidedBy(one),
  };
  return {
    sealed,
    patients: attempt.content?.hashes ?? current?.hashes ?? [],
    event: await madeEvent(attempt, now, facts, session, keys),
    ...(attempt.content && { content: attempt.content }),
    ...(current && { replaced: current.pid }),
    ...(attempt.blob && { upload: attempt.blob.upload }),
    ...consentOf(attempt, draft, keys),
  };
}

function outcomeOf({ attempt, current }: Found): Written['outcome'] {
  if (attempt.content === undefined) return 'deleted';
  return current?.deleted === false ? 'updated' : 'created';
}

function decidedBy({ judgement: { consent } }: Found): { consent?: string } {
  return consent === undefined ? {} : { consent: [...new Set(consent.split(' '))].sort().join(' ') };
}

/** A Consent that is deleted, or of which nothing speaks any more, is revoked. */
function consentOf({ content }: Attempt, draft: Draft, keys: PatientKeys): { consent?: ConsentEvent } {
  const { type, id, version, lastUpdated: recorded } = draft;
  if (type !== 'Consent') return {};
  const revoked = version > 1 && (content === undefined || content.rules.length === 0);
  return { consent: { handle: consentHandle(id, keys.chain), version, revoked, recorded } };
}

/** A deletion stays in the compartments of what it deletes. */
function nextVersion(
  { interaction, type, id, content }: Attempt,
  current: CurrentVersion | undefined,
  now: bigint,
): Draft {
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
      consents: facts.consent?.split(' ') ?? [],
    },
    keys,
    session,
  );
}
