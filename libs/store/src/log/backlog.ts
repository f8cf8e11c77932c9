import { OPEN } from './outbox.js';
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

/** Counts the events that have no place yet, no more than `limit` of them. */
export const COUNTED = (limit: string) => `(SELECT count(*) FROM (${waiting('id', limit)}) AS counted)`;

/** Counts the events that are not anchored yet. `limit` bounds the work: no more than so many without a place are counted. */
export async function backlog(query: Query, limit: number): Promise<Backlog> {
  const [row] = await query<{ events: string; seconds: number | null }>(
    `WITH ${OPEN}, flying AS (SELECT first_index, tree_size FROM batch WHERE block IS NULL),
     front AS (
       (${waiting('time', String(FRONT))})
       UNION ALL
       (SELECT time FROM flying JOIN event_place p ON p.first_index >= flying.first_index AND p.first_index < tree_size
          JOIN event e ON e.id BETWEEN p.first_event AND p.last_event
        WHERE e.id < (SELECT first_event + ${FRONT} FROM event_place earliest WHERE earliest.first_index = flying.first_index))
     )
     SELECT (${COUNTED('$1')} + coalesce((SELECT tree_size - first_index FROM flying), 0))::text AS events,
       (SELECT extract(epoch FROM clock_timestamp() - min(time))::float8 FROM front) AS seconds`,
    [limit],
  );
  return { events: Number(row?.events ?? 0), oldestSeconds: Math.max(0, row?.seconds ?? 0) };
}
