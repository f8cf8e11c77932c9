import { columnsOf, countOf, type IdRanges, rangesOf } from './id-range.js';
import type { Query } from './query.js';

/** Events of the outbox as the log sees them. */
export interface OutboxEvents {
  /** Their row ids: an order of insertion, not of commit. */
  ids: IdRanges;
  /** Of each, in the order of the ids, a byte for the decision (1 permit, 0 deny) and the leaf hash: what the ledger gets. */
  entries: Buffer;
}

/** Up to which id nothing is looked for. */
export async function settledUpTo(query: Query): Promise<string> {
  const [row] = await query<{ up_to: string }>('SELECT up_to::text FROM event_settled');
  return row?.up_to ?? '0';
}

/**
 * Where events without a place can be: between those that have one, and behind the last. `$1` is what settledUpTo gave: as a value,
 * so that the planner sees how few places are behind it.
 */
export const OPEN = `placed AS (SELECT first_event, last_event FROM event_place WHERE first_event > $1::bigint),
  gaps AS (
    SELECT coalesce(lag(last_event) OVER (ORDER BY first_event), $1::bigint) AS after, first_event AS before FROM placed
  ), open AS (
    SELECT after, before FROM gaps WHERE before > after + 1
    UNION ALL
    SELECT coalesce((SELECT max(last_event) FROM placed), $1::bigint), 9223372036854775807
  )`;

/** The first event of each of these parts, where there is one. */
const BEGUN = `${OPEN}, begun AS (
    SELECT start, before FROM open CROSS JOIN LATERAL
      (SELECT id AS start FROM event WHERE id > after AND id < before ORDER BY id LIMIT 1) AS found
  )`;

/** Events by ranges of ids; OFFSET keeps the planner from going through all events and looking for each in the ranges. */
export const eventsIn = (ranges: string, columns: string) =>
  `${ranges} CROSS JOIN LATERAL (SELECT ${columns} FROM event WHERE id BETWEEN first AND last OFFSET 0) AS e`;

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
  // No further than twice as many ids: so much at most is read, whatever the plan.
  const rows = await query<Row>(
    `WITH ${BEGUN}, bound AS (SELECT min(start) + 2 * $2::bigint AS beyond FROM begun), waiting AS (
       SELECT e.id, e.decision, e.leaf FROM bound, begun CROSS JOIN LATERAL
         (SELECT id, decision, leaf FROM event WHERE id >= start AND id < LEAST(before, beyond) ORDER BY id LIMIT $2) AS e
       ORDER BY e.id LIMIT $2
     ) SELECT ${ENTRIES} FROM waiting`,
    [await settledUpTo(query), limit],
  );
  return outboxEvents(rows[0]);
}

/** Just these events. */
export async function eventsOf(query: Query, ids: IdRanges): Promise<OutboxEvents> {
  const rows = await query<Row>(
    `SELECT ${ENTRIES} FROM ${eventsIn('unnest($1::bigint[], $2::bigint[]) AS x (first, last)', 'id, decision, leaf')}`,
    columnsOf(ids),
  );
  return outboxEvents(rows[0]);
}

const PLACES = `(SELECT first_event AS first, last_event AS last FROM event_place WHERE first_index >= $1 AND first_index < $2) AS p`;

/** The events of the batch that has the places [first, end); of what is parked the leaf that stands in its place. */
export async function numberedEvents(query: Query, first: number, end: number): Promise<OutboxEvents> {
  const rows = await query<Row>(
    `SELECT ${ENTRIES} FROM (SELECT e.id, decision, coalesce(parked.leaf, e.leaf) AS leaf
       FROM ${eventsIn(PLACES, 'id, decision, leaf')} LEFT JOIN parked_event parked ON parked.event = e.id) AS batch`,
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
     ) SELECT count(*)::text FROM ${eventsIn('given', 'id')}`,
    [...columnsOf(ids), first],
  );
  if (Number(row?.count) !== countOf(ids)) throw new Error('an event of the batch is gone');
}
