import type { Query } from './query.js';

/** That an event relied on a version of a Consent. */
export interface EventReliance {
  event: string;
  /** Base64url. */
  handle: string;
  version: number;
  /** Decision time of the event, microseconds since 1970. */
  time: bigint;
}

/** What these events relied on. What is parked relies on nothing: its leaf says nothing of what was decided. */
export async function reliancesOf(query: Query, events: readonly string[]): Promise<EventReliance[]> {
  const rows = await query<{ event: string; handle: Buffer; version: number; time: string }>(
    `SELECT r.event::text, c.handle, c.version, micros(e.time) AS time
     FROM event_consent r JOIN event e ON e.id = r.event JOIN consent_event c ON c.consent_pid = r.consent_pid
     WHERE r.event = ANY ($1::bigint[]) AND NOT EXISTS (SELECT FROM parked_event p WHERE p.event = r.event)`,
    [events],
  );
  return rows.map(({ event, handle, version, time }) => ({
    event,
    handle: handle.toString('base64url'),
    version,
    time: BigInt(time),
  }));
}

/** Whether one of these events relied on a Consent that is still on its way to the ledger. */
export async function awaitsConsent(query: Query, events: readonly string[]): Promise<boolean> {
  const [row] = await query<{ awaits: boolean }>(
    `SELECT EXISTS (SELECT FROM event_consent r JOIN consent_event c ON c.consent_pid = r.consent_pid
       WHERE r.event = ANY ($1::bigint[]) AND c.block_number IS NULL AND c.refused IS NULL) AS awaits`,
    [events],
  );
  return row?.awaits === true;
}
