import { eventsIn, OPEN, settledUpTo } from './outbox.js';
import type { Query } from './query.js';

/** What waits: events without a VALID transaction, and for how long the oldest of them has waited (0 for none). */
export interface Backlog {
  events: number;
  oldestSeconds: number;
}

/** Rows from the front of the queue among which the oldest event is: ids are nearly in the order of time. */
const FRONT = 1_000;

/** The first events of each part that is open, as many as the SQL `limit` says. */
const waiting = (columns: string, limit: string) =>
  `SELECT e.* FROM open CROSS JOIN LATERAL
    (SELECT ${columns} FROM event WHERE id > after AND id < before ORDER BY id LIMIT ${limit}) AS e LIMIT ${limit}`;

/** Counts the events that have no place yet, no more than `$2` of them. */
export const COUNTED = `(SELECT count(*) FROM (${waiting('id', '$2')}) AS counted)`;

const FLYING = `(SELECT first_event AS first, last_event AS last
  FROM flying JOIN event_place p ON p.first_index >= flying.first_index AND p.first_index < tree_size
  ORDER BY p.first_index LIMIT ${FRONT}) AS p`;

/** Counts the events that are not anchored yet. `limit` bounds the work: no more than so many without a place are counted. */
export async function backlog(query: Query, limit: number): Promise<Backlog> {
  const [row] = await query<{ events: string; seconds: number | null }>(
    `WITH ${OPEN}, flying AS (SELECT first_index, tree_size FROM batch WHERE block IS NULL),
     front AS (
       (${waiting('time', String(FRONT))})
       UNION ALL
       (SELECT time FROM ${eventsIn(FLYING, 'time')} LIMIT ${FRONT})
     )
     SELECT (${COUNTED} + coalesce((SELECT tree_size - first_index FROM flying), 0))::text AS events,
       (SELECT extract(epoch FROM clock_timestamp() - min(time))::float8 FROM front) AS seconds`,
    [await settledUpTo(query), limit],
  );
  return { events: Number(row?.events ?? 0), oldestSeconds: Math.max(0, row?.seconds ?? 0) };
}
