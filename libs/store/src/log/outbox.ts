import type { Query } from './query.js';

/** An event of the outbox as the log sees it. */
export interface OutboxEvent {
  /** Row id: an order of insertion, not of commit. */
  id: string;
  decision: 'permit' | 'deny';
  leaf: Buffer;
}

/** Committed events that have no place in the log yet, oldest row first, at most `limit`. Marks nothing. */
export function unnumberedEvents(query: Query, limit: number): Promise<OutboxEvent[]> {
  return query<OutboxEvent>(
    'SELECT id::text, decision, leaf FROM event WHERE leaf_index IS NULL ORDER BY event.id LIMIT $1',
    [limit],
  );
}

/** The events with places [first, end) in the log, in that order; of what is parked the leaf that stands in its place. */
export function numberedEvents(query: Query, first: number, end: number): Promise<OutboxEvent[]> {
  return query<OutboxEvent>(
    `SELECT id::text, decision, coalesce(parked_event.leaf, event.leaf) AS leaf
     FROM event LEFT JOIN parked_event ON parked_event.event = event.id
     WHERE leaf_index >= $1 AND leaf_index < $2 ORDER BY leaf_index`,
    [first, end],
  );
}

/** Gives the events the places from `first` on. Throws when one is gone or has a place already: nothing may commit then. */
export async function numberEvents(query: Query, ids: readonly string[], first: number): Promise<void> {
  const [row] = await query<{ count: string }>(
    `WITH numbered AS (
       UPDATE event SET leaf_index = $2::bigint + given.place - 1
       FROM unnest($1::bigint[]) WITH ORDINALITY AS given (id, place)
       WHERE event.id = given.id AND event.leaf_index IS NULL
       RETURNING 1
     ) SELECT count(*)::text FROM numbered`,
    [ids, first],
  );
  if (Number(row?.count) !== ids.length) throw new Error('an event of the batch is gone or has a place already');
}

/** What waits: events without a VALID transaction, and for how long the oldest of them has waited (0 for none). */
export interface Backlog {
  events: number;
  oldestSeconds: number;
}

/** Counts the events that are not anchored yet. `limit` bounds the work: no more than so many are counted. */
export async function backlog(query: Query, limit: number): Promise<Backlog> {
  const [row] = await query<{ events: string; seconds: number | null }>(
    `WITH waiting AS (
       (SELECT time FROM event WHERE leaf_index IS NULL ORDER BY id LIMIT $1)
       UNION ALL
       (SELECT event.time FROM event, batch
        WHERE batch.block IS NULL AND leaf_index >= first_index AND leaf_index < tree_size)
     )
     SELECT count(*)::text AS events, extract(epoch FROM clock_timestamp() - min(time))::float8 AS seconds FROM waiting`,
    [limit],
  );
  return { events: Number(row?.events ?? 0), oldestSeconds: Math.max(0, row?.seconds ?? 0) };
}
