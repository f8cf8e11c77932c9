import type { Query } from './query.js';

/** An event as a parked leaf commits to it. */
export interface EventToPark {
  eventId: Buffer;
  record: Buffer;
  leaf: Buffer;
}

/** Throws Error when there is no such event. */
export async function eventToPark(query: Query, id: number): Promise<EventToPark> {
  const [row] = await query<EventToPark>('SELECT event_id AS "eventId", record, leaf FROM event WHERE id = $1', [id]);
  if (row === undefined) throw new Error('the event is gone');
  return row;
}

/** What takes an event's place in the log. */
export interface ParkedEvent {
  event: number;
  record: Uint8Array;
  leaf: Uint8Array;
  reason: string;
}

/** Inside the transaction that gives the event its place. */
export async function parkEvent(query: Query, { event, record, leaf, reason }: ParkedEvent): Promise<void> {
  const sql = 'INSERT INTO parked_event (event, record, leaf, reason) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING';
  await query(sql, [event, record, leaf, reason]);
}

/** What the ledger has refused for good, for people to look at. */
export interface Refused {
  /** Row id of each parked event, its place in the log, and why. */
  events: { event: string; leafIndex: string; reason: string }[];
  /** Consents that are not on the ledger and never will be. */
  consents: { handle: string; version: number; reason: string }[];
}

const MOST_NAMED = 100;

/** Oldest first, at most a hundred of each. */
export async function refusedForGood(query: Query): Promise<Refused> {
  const events = await query<Refused['events'][number]>(
    `SELECT p.event::text, place_of(p.event)::text AS "leafIndex", p.reason FROM parked_event p
     ORDER BY p.event LIMIT $1`,
    [MOST_NAMED],
  );
  const consents = await query<{ handle: Buffer; version: number; reason: string }>(
    `SELECT handle, version, refused AS reason FROM consent_event WHERE refused IS NOT NULL ORDER BY consent_pid LIMIT $1`,
    [MOST_NAMED],
  );
  return { events, consents: consents.map((one) => ({ ...one, handle: one.handle.toString('base64url') })) };
}
