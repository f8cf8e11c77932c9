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
  const [lowest, highest] = bounds(ids);
  // Between the two: else the planner looks at all that wait, whatever their number.
  const [row] = await query<{ count: string }>(
    `WITH numbered AS (
       UPDATE event SET leaf_index = $2::bigint + given.place - 1
       FROM unnest($1::bigint[]) WITH ORDINALITY AS given (id, place)
       WHERE event.id = given.id AND event.id BETWEEN $3::bigint AND $4::bigint AND event.leaf_index IS NULL
       RETURNING 1
     ) SELECT count(*)::text FROM numbered`,
    [`{${ids.join(',')}}`, first, lowest, highest],
  );
  if (Number(row?.count) !== ids.length) throw new Error('an event of the batch is gone or has a place already');
}

function bounds(ids: readonly string[]): [lowest: string, highest: string] {
  const sorted = ids.map(BigInt).sort((a, b) => (a < b ? -1 : 1));
  return [String(sorted[0] ?? 0n), String(sorted.at(-1) ?? 0n)];
}

/** What waits: events without a VALID transaction, and for how long the oldest of them has waited (0 for none). */
export interface Backlog {
  events: number;
  oldestSeconds: number;
}

/** Rows from the front of the queue among which the oldest event is: ids are nearly in the order of time. */
const FRONT = 1_000;

/** Counts the events that are not anchored yet. `limit` bounds the work: no more than so many without a place are counted. */
export async function backlog(query: Query, limit: number): Promise<Backlog> {
  const [row] = await query<{ events: string; seconds: number | null }>(
    `WITH flying AS (SELECT first_index, tree_size FROM batch WHERE block IS NULL),
     front AS (
       (SELECT time FROM event WHERE leaf_index IS NULL ORDER BY id LIMIT ${FRONT})
       UNION ALL
       (SELECT time FROM event, flying WHERE leaf_index >= first_index AND leaf_index < tree_size
        ORDER BY leaf_index LIMIT ${FRONT})
     )
     SELECT ((SELECT count(*) FROM (SELECT FROM event WHERE leaf_index IS NULL ORDER BY id LIMIT $1) AS waiting)
         + coalesce((SELECT tree_size - first_index FROM flying), 0))::text AS events,
       (SELECT extract(epoch FROM clock_timestamp() - min(time))::float8 FROM front) AS seconds`,
    [limit],
  );
  return { events: Number(row?.events ?? 0), oldestSeconds: Math.max(0, row?.seconds ?? 0) };
}
