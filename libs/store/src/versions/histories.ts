// FHIR R4 http.html#history, type and system level.
import type { Bind, Permit } from '#libs/consent';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import { statement } from '../postgres/statement.js';
import type { HistoryEntry } from '../read-result.js';
import { DECIDED_AT, decidedBy, decisionTime } from './decided-by.js';
import { type HistoryRow, historyColumns, historyEntry } from './history-entry.js';

/** Types and what decides about showing them. */
export interface Readable {
  readonly types: readonly string[];
  readonly permit: Permit;
}

/** Which versions by their time, in microseconds since 1970. */
export interface Period {
  /** Recorded then or later. */
  readonly since?: bigint;
  /** Current at some time in [low, high). */
  readonly at?: { readonly low: bigint; readonly high: bigint };
}

/** Where a page ended. */
export interface HistoryPosition {
  readonly lastUpdated: bigint;
  readonly pid: bigint;
}

export interface HistoriesRequest extends Period {
  readonly count: number;
  readonly after?: HistoryPosition;
}

/** Newest first; what may not be shown is left out without a trace. */
export interface Histories {
  readonly time: bigint;
  readonly entries: readonly HistoryEntry[];
  /** Pass as `after` for the next page; absent on the last. */
  readonly next?: HistoryPosition;
}

interface Row extends HistoryRow {
  time: string;
}

/**
 * The order is that of time of recording, then of pid: a version recorded while a client pages is newer than all pages, so none
 * comes twice and none is left out.
 */
export async function histories(
  request: HistoriesRequest,
  readable: readonly Readable[],
  session: Session,
  keys: PatientKeys,
): Promise<Histories> {
  const rows = await session.run<Row>(statement((bind) => historiesSql(request, readable, bind)));
  const found = rows.filter((row) => row.pid !== null);
  const page = found.slice(0, request.count);
  const time = decisionTime(
    rows[0]?.time ?? '0',
    page.map((row) => row.consent),
  );
  const entries = await Promise.all(page.map((row) => historyEntry(row, time, keys)));
  const last = entries.at(-1)?.version;
  const more = found.length > request.count && last !== undefined;
  return { time, entries, ...(more ? { next: { lastUpdated: last.lastUpdated, pid: last.pid } } : {}) };
}

/** Each type is read in its own index order, so that a type with few versions costs no walk through all others. */
function historiesSql(request: HistoriesRequest, readable: readonly Readable[], bind: Bind): string {
  const limit = `LIMIT ${bind(request.count + 1)}::int`;
  const order = (alias: string) => `ORDER BY ${alias}.last_updated DESC, ${alias}.pid DESC`;
  const lists = readable.map(
    ({ types, permit }) => `SELECT one.* FROM unnest(${bind(types)}::text[]) AS t (name), LATERAL (
      SELECT v.pid, v.last_updated, ${decidedBy(permit, 'v', bind)} AS consent FROM version v
      WHERE v.type = t.name AND ${[...conditions(request, bind), permit.predicate('v', bind)].join(' AND ')}
      ${order('v')} ${limit}) AS one`,
  );
  const all =
    lists.length === 0
      ? 'SELECT pid, last_updated, NULL::text[] AS consent FROM version WHERE false'
      : lists.join(' UNION ALL ');
  return `SELECT ${DECIDED_AT} AS time, page.* FROM (SELECT) AS one
    LEFT JOIN LATERAL (SELECT found.consent, ${historyColumns('v')} FROM (
        SELECT * FROM (${all}) AS u ${order('u')} ${limit}) AS found
      JOIN version v ON v.pid = found.pid) AS page ON true
    ORDER BY page.last_updated DESC, page.pid DESC`;
}

function conditions({ after, ...period }: HistoriesRequest, bind: Bind): string[] {
  const behind = after && [bind(String(after.lastUpdated)), bind(String(after.pid))];
  return [
    ...periodSql(period, bind),
    ...(behind ? [`(v.last_updated, v.pid) < (from_micros(${behind[0]}::bigint), ${behind[1]}::bigint)`] : []),
  ];
}

/** Conditions over `version v`. */
export function periodSql({ since, at }: Period, bind: Bind): string[] {
  const micros = (time: bigint) => `from_micros(${bind(String(time))}::bigint)`;
  const ended = (low: bigint) => `NOT EXISTS (SELECT FROM version n WHERE n.type = v.type AND n.id = v.id
    AND n.version = v.version + 1 AND n.last_updated <= ${micros(low)})`;
  return [
    ...(since === undefined ? [] : [`v.last_updated >= ${micros(since)}`]),
    ...(at === undefined ? [] : [`v.last_updated < ${micros(at.high)}`, ended(at.low)]),
  ];
}
