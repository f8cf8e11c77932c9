import { columnsOf, countOf, type IdRanges, rangesOf } from './id-range.js';
import type { Query } from './query.js';

/** Events of the outbox as the log sees them. */
export interface OutboxEvents {
  /** Their row ids: an order of insertion, not of commit. */
  ids: IdRanges;
  /** Of each, in the order of the ids, a byte for the decision (1 permit, 0 deny) and the leaf hash: what the ledger gets. */
  entries: Buffer;
}

/** Where events without a place can be: between those that have one, and behind the last. Nothing is looked for below what is settled. */
export const OPEN = `placed AS (
    SELECT first_event, last_event FROM event_place WHERE first_event > (SELECT up_to FROM event_settled)
  ), gaps AS (
    SELECT coalesce(lag(last_event) OVER (ORDER BY first_event), (SELECT up_to FROM event_settled)) AS after, first_event AS before
    FROM placed
  ), open AS (
    SELECT after, before FROM gaps WHERE before > after + 1
    UNION ALL
    SELECT coalesce((SELECT max(last_event) FROM placed), (SELECT up_to FROM event_settled)), 9223372036854775807
  )`;

/** The first event of each of these parts, where there is one. */
const BEGUN = `${OPEN}, begun AS (
    SELECT start, before FROM open CROSS JOIN LATERAL
      (SELECT id AS start FROM event WHERE id > after AND id < before ORDER BY id LIMIT 1) AS found
  )`;

const ENTRIES = `coalesce(string_agg(int8send(id), '' ORDER BY id), '') AS ids,
  coalesce(string_agg((CASE decision WHEN 'permit' THEN '\\x01' ELSE '\\x00' END)::bytea || leaf, '' ORDER BY id), '') AS entries`;

interface Row {
  ids: Buffer;
  entries: Buffer;
}

function outboxEvents(row: Row | undefined): OutboxEvents {
  return row === undefined ? { ids: [], entries: Buffer.alloc(0) } : { ids: rangesOf(row.ids), entries: row.entries };
}

/**
 * Committed events that have no place in the log yet, those with the lowest ids, at most `limit`, and at least one where there is one.
 * Marks nothing.
 */
export async function unnumberedEvents(query: Query, limit: number): Promise<OutboxEvents> {
  // No further than twice as many ids: the plan may then be any, without statistics too.
  const rows = await query<Row>(
    `WITH ${BEGUN}, bound AS (SELECT min(start) + 2 * $1::bigint AS beyond FROM begun), waiting AS (
       SELECT e.id, e.decision, e.leaf FROM bound, begun CROSS JOIN LATERAL
         (SELECT id, decision, leaf FROM event WHERE id >= start AND id < LEAST(before, beyond)) AS e
       ORDER BY e.id LIMIT $1
     ) SELECT ${ENTRIES} FROM waiting`,
    [limit],
  );
  return outboxEvents(rows[0]);
}

/** Just these events. */
export async function eventsOf(query: Query, ids: IdRanges): Promise<OutboxEvents> {
  const rows = await query<Row>(
    `SELECT ${ENTRIES} FROM unnest($1::bigint[], $2::bigint[]) AS x (first, last) JOIN event ON id BETWEEN x.first AND x.last`,
    columnsOf(ids),
  );
  return outboxEvents(rows[0]);
}

/** The events of the batch that has the places [first, end); of what is parked the leaf that stands in its place. */
export async function numberedEvents(query: Query, first: number, end: number): Promise<OutboxEvents> {
  const rows = await query<Row>(
    `SELECT ${ENTRIES} FROM (SELECT e.id, decision, coalesce(parked.leaf, e.leaf) AS leaf
       FROM event_place p JOIN event e ON e.id BETWEEN p.first_event AND p.last_event
         LEFT JOIN parked_event parked ON parked.event = e.id
       WHERE p.first_index >= $1 AND p.first_index < $2) AS batch`,
    [first, end],
  );
  return outboxEvents(rows[0]);
}

/** Gives the events the places from `first` on. Throws when one is gone or has a place already: nothing may commit then. */
export async function numberEvents(query: Query, ids: IdRanges, first: number): Promise<void> {
  const [row] = await query<{ count: string }>(
    `WITH given AS (
       SELECT x.first, x.last, $3::bigint + sum(x.last - x.first + 1) OVER (ORDER BY x.first) - (x.last - x.first + 1) AS place
       FROM unnest($1::bigint[], $2::bigint[]) AS x (first, last)
     ), numbered AS (
       INSERT INTO event_place (first_index, first_event, last_event) SELECT place, first, last FROM given
     ) SELECT count(*)::text FROM given JOIN event ON id BETWEEN given.first AND given.last`,
    [...columnsOf(ids), first],
  );
  if (Number(row?.count) !== countOf(ids)) throw new Error('an event of the batch is gone');
}
