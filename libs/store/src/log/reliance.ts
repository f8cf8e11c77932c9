import { columnsOf, type IdRanges } from './id-range.js';
import type { Query } from './query.js';

/** That an event relied on a version of a Consent. */
export interface EventReliance {
  event: number;
  /** Base64url. */
  handle: string;
  version: number;
  /** Decision time of the event, microseconds since 1970. */
  time: bigint;
}

const AMONG = `unnest($1::bigint[], $2::bigint[]) AS x (first, last)
  CROSS JOIN LATERAL (SELECT * FROM event_consent WHERE event BETWEEN first AND last OFFSET 0) AS r`;

/** What these events relied on, in their order. What is parked relies on nothing: its leaf says nothing of what was decided. */
export async function reliancesOf(query: Query, events: IdRanges): Promise<EventReliance[]> {
  const rows = await query<{ event: string; handle: Buffer; version: number; time: string }>(
    `SELECT r.event::text, c.handle, c.version, micros(e.time) AS time
     FROM ${AMONG} JOIN event e ON e.id = r.event JOIN consent_event c ON c.consent_pid = r.consent_pid
     WHERE NOT EXISTS (SELECT FROM parked_event p WHERE p.event = r.event) ORDER BY r.event`,
    columnsOf(events),
  );
  return rows.map(({ event, handle, version, time }) => ({
    event: Number(event),
    handle: handle.toString('base64url'),
    version,
    time: BigInt(time),
  }));
}

/** Whether one of these events relied on a Consent that is still on its way to the ledger. */
export async function awaitsConsent(query: Query, events: IdRanges): Promise<boolean> {
  const [row] = await query<{ awaits: boolean }>(
    `SELECT EXISTS (SELECT FROM ${AMONG} JOIN consent_event c ON c.consent_pid = r.consent_pid
       WHERE c.block_number IS NULL AND c.refused IS NULL) AS awaits`,
    columnsOf(events),
  );
  return row?.awaits === true;
}
