// FHIR R4 http.html#history, instance level.
import type { Permit } from '#libs/consent';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import { prepared, type Statement } from '../postgres/statement.js';
import type { Absent, Denied, HistoryResult } from '../read-result.js';
import { DECIDED_AT, decidedBy, decisionTime } from './decided-by.js';
import { type Period, periodSql } from './histories.js';
import { type HistoryRow, historyColumns, historyEntry } from './history-entry.js';
import { read } from './read.js';

export interface HistoryRequest extends Period {
  readonly type: string;
  readonly id: string;
  readonly count: number;
  /** Only versions below this one. */
  readonly before?: number;
}

interface Row extends HistoryRow {
  time: string;
  shown: string;
  total: string;
}

/** More versions than any resource has. */
const BEYOND_ALL = 2 ** 31 - 1;

/** One row at least: how many versions may be shown, then those of the page. */
function historyStatement({ type, id, count, before, ...period }: HistoryRequest, permit: Permit): Statement {
  return prepared((bind) => {
    const all = `FROM version v WHERE v.type = ${bind(type)} AND v.id = ${bind(id)}`;
    const during = periodSql(period, bind)
      .map((condition) => ` AND ${condition}`)
      .join('');
    const ok = permit.predicate('v', bind);
    return `SELECT ${DECIDED_AT} AS time, head.*, page.*
      FROM (SELECT count(*) FILTER (WHERE ${ok}) AS shown, count(*) FILTER (WHERE ${ok}${during}) AS total ${all}) AS head
      LEFT JOIN LATERAL (
        SELECT ${decidedBy(permit, 'v', bind)} AS consent, ${historyColumns('v')}
        ${all} AND v.version < ${bind(before ?? BEYOND_ALL)} AND ${ok}${during}
        ORDER BY v.version DESC LIMIT ${bind(count + 1)}
      ) AS page ON true ORDER BY page.version DESC`;
  });
}

/** The page, or why there is none. */
export async function history(
  request: HistoryRequest,
  permit: Permit,
  session: Session,
  keys: PatientKeys,
): Promise<HistoryResult> {
  const rows = await session.run<Row>(historyStatement(request, permit));
  const [head] = rows;
  if (head === undefined) throw new Error('a history always returns a row');
  if (head.shown === '0') return nothing(request, permit, session, keys, BigInt(head.time));
  const page = rows.filter((row) => row.pid !== null).slice(0, request.count);
  const time = decisionTime(
    head.time,
    page.map((row) => row.consent),
  );
  const entries = await Promise.all(page.map((row) => historyEntry(row, time, keys)));
  const last = page.at(-1);
  const more = rows.length > request.count && last !== undefined;
  return { outcome: 'found', time, entries, total: Number(head.total), ...(more ? { next: last.version } : {}) };
}

/** Why there is nothing to show, found out in the same way for both answers; what is on record comes from the current version. */
async function nothing(
  request: HistoryRequest,
  permit: Permit,
  session: Session,
  keys: PatientKeys,
  time: bigint,
): Promise<Denied | Absent> {
  const current = await read({ type: request.type, id: request.id, permit }, session, keys);
  if (current.outcome === 'denied' || current.outcome === 'absent') return current;
  const { type, id, version } = current.version;
  const patients = 'patients' in current ? current.patients : current.version.patients;
  return { outcome: 'denied', time, version: { type, id, version }, patients };
}
