// FHIR R4 http.html#read and http.html#vread: how a look-up ended.
import type { EventToRecord } from '../event.js';
import { eventRow } from '../events/event-row.js';
import type { EventSink } from '../events/joined-events.js';
import type { PatientKeys } from '../keys/patient-keys.js';
import { BrokenSeal } from '../keys/seal.js';
import type { Clock } from '../postgres/clock.js';
import type { Session } from '../postgres/database.js';
import { Groups } from '../postgres/groups.js';
import { isEventRefused, isWrongTime } from '../postgres/unavailable.js';
import type { Found, ReadResult } from '../read-result.js';
import { consentOf, decisionTime } from './decided-by.js';
import { type Asked, type DecidedRow, type Expected, type Lookup, lookUp } from './lookup.js';
import { RecentReads, type Seen } from './recent-reads.js';
import { openVersion } from './version-row.js';

/** Makes the event of a result. It may be called more than once for one read, and must have no effect. */
export type EventOf = (result: ReadResult) => EventToRecord;

/** Looks a version up and opens it. With `eventOf`, the event of the result is durable when it resolves. */
export type Read = (lookup: Lookup, eventOf?: EventOf) => Promise<ReadResult>;

/** Where reads find what they need. */
export interface ReadContext {
  readonly session: Session;
  readonly keys: PatientKeys;
  readonly events: EventSink;
}

/**
 * Counted in look-ups. Their contents are in memory at once. While Postgres works on one group the answers of the one before are sent; only a
 * slow one has others beside it.
 */
const GATHERING = { parallel: 4, apart: 10, largest: 32, mostWaiting: 10_000 };
/** Some of a group record: after a lost connection nobody knows whether they did. */
const KINDS = { kindOf: () => '', mayBeOfOne: isEventRefused };

/**
 * Reads that are asked for together are one statement. The event of what was shown to the same requester before is made beforehand and
 * recorded by that statement, if it finds all as it was; otherwise the event is recorded after it. `done` is called
 * when the statement has recorded events.
 */
export function readTogether(context: ReadContext, clock: Clock, done: () => void): Read {
  const { session, keys } = context;
  const recent = new RecentReads();
  const groups = new Groups(
    (asked: readonly Asked[]) => lookUp(asked, session),
    GATHERING,
    () => 1,
    KINDS,
  );
  const anew = async (lookup: Lookup, eventOf?: EventOf) => {
    const row = await groups.add(lookup);
    return concluded(row, context, eventOf, (result) => recent.keep(lookup, row, result));
  };
  return async (lookup, eventOf) => {
    const seen = recent.find(lookup);
    if (seen === undefined || eventOf === undefined) return anew(lookup, eventOf);
    const result = { ...seen.result, time: await timeOf(seen, clock) };
    const expected: Expected = { seen, event: await eventRow(eventOf(result), keys, session) };
    try {
      const row = await groups.add({ ...lookup, expected });
      if (!row.holds) return await concluded(row, context, eventOf, (found) => recent.keep(lookup, row, found));
      done();
      return result;
    } catch (error) {
      recent.forget(lookup);
      if (!isWrongTime(error)) throw error;
      clock.forget();
      return anew(lookup, eventOf);
    }
  };
}

/** The same in a session that runs one statement after the other. */
export async function readInTurn(lookup: Lookup, context: ReadContext, eventOf?: EventOf): Promise<ReadResult> {
  const [row] = await lookUp([lookup], context.session);
  return concluded(row as DecidedRow, context, eventOf, () => undefined);
}

/** Not on record. */
export async function read(lookup: Lookup, session: Session, keys: PatientKeys): Promise<ReadResult> {
  const [row] = await lookUp([lookup], session);
  return opened(row as DecidedRow, keys);
}

/** Opens what was found, and records it. `keep` is told of what may be shown. */
async function concluded(
  row: DecidedRow,
  { session, keys, events }: ReadContext,
  eventOf: EventOf | undefined,
  keep: (found: Found) => void,
): Promise<ReadResult> {
  const result = await opened(row, keys);
  if (eventOf === undefined) return result;
  await events.record([await eventRow(eventOf(result), keys, session)]);
  if (result.outcome === 'found') keep(result);
  return result;
}

/** Before the statement begins, but not before what it shows and relies on was recorded. */
async function timeOf({ result, consent }: Seen, clock: Clock): Promise<bigint> {
  const time = decisionTime(String(await clock.estimate()), [consent]);
  if (time < result.version.lastUpdated) return result.version.lastUpdated;
  return time;
}

async function opened(row: DecidedRow, keys: PatientKeys): Promise<ReadResult> {
  if (!row.there) return { outcome: 'absent', time: BigInt(row.time) };
  const time = decisionTime(row.time, [row.consent]);
  const consent = consentOf(row.consent);
  const { type, id, version, patients } = row;
  const unopened = { time, version: { type, id, version }, patients, ...consent };
  if (!row.ok) return { outcome: 'denied', ...unopened };
  try {
    const shown = await openVersion(row, keys);
    return { outcome: row.interaction === 'delete' ? 'gone' : 'found', time, version: shown, ...consent };
  } catch (error) {
    if (error instanceof BrokenSeal) return { outcome: 'broken', ...unopened };
    throw error;
  }
}
