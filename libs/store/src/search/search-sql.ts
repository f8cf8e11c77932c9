// FHIR R4, section 3.1.1 "Search", as one statement: matches, what may be shown of them, page and total.
import type { Bind } from '#libs/consent';
import type { Position, SearchRequest } from '#libs/search';
import { DECIDED_AT } from '../versions/decided-by.js';
import { afterSql, type Column, orderSql, positionSql } from './keyset.js';
import { type Filter, isSingleHash, type Matching, matching, type PidOrder, type Way } from './matching.js';
import { type Phase, phases } from './order.js';

/** What every row has besides the columns asked for. */
export interface SearchRow {
  /** Microseconds since 1970, before the statement's view of the data was taken. */
  readonly time: string;
  /** Matches on all pages that the permit lets through; null where no total was asked for. */
  readonly total: string | null;
  /** Null in the one row that stands for an empty page; then all columns asked for are null. */
  readonly position: string[] | null;
}

/**
 * Whether one plan fits whatever is searched for: the first page, of a round size, of one type; of one value of one parameter at most, newest
 * first, or of one patient, by up to three values and in any order. The texts of such statements are few.
 */
export function hasOnePlan({ types, params, sort, after, count, owner, patient }: SearchRequest): boolean {
  const isFirst = after === undefined && count <= 100 && count % 10 === 0;
  const isPlain = types.length === 1 && owner === undefined && params.every(isSingleHash);
  const [values, keys] = patient === undefined ? [1, 0] : [3, 1];
  return isFirst && isPlain && params.length <= values && sort.length <= keys;
}

/**
 * The text of the statement; values go through `bind`. The permit's predicate stands in the WHERE clause before every LIMIT
 * and every count. `columns` is a select list over `version v`; it is worked out for the rows of the page only. One row
 * more than the page holds is returned where there is a next page; see {@link searchPage}.
 *
 * `few`: how many index rows of a parameter are read beforehand to see whether it is rare; it changes only the time taken.
 *
 * Run it unnamed unless {@link hasOnePlan}: its plan has to fit the values.
 */
export function searchSql(request: SearchRequest, permit: Filter, columns: string, bind: Bind, few?: number): string {
  const found = matching(request, permit, bind, few);
  const total = wantsTotal(request) ? totalSql(found) : 'NULL::bigint';
  const { ctes, lists } = pageSql(request, found, bind);
  return `WITH ${[...found.ctes, ...ctes].join(',\n')}
SELECT ${DECIDED_AT} AS time, ${total} AS total, page.position, ${columns}
FROM (SELECT) AS one
LEFT JOIN ((${lists.map((list) => `SELECT * FROM ${list}`).join(' UNION ALL ')}) AS page JOIN version v ON v.pid = page.pid) ON true
ORDER BY page.ordinal`;
}

function totalSql({ ways }: Matching): string {
  return ways.map(({ from, where }) => `(SELECT count(*) FROM ${from()} WHERE ${where})`).join(' + ');
}

function wantsTotal({ summary, total }: SearchRequest): boolean {
  return summary === 'count' || total !== 'none';
}

/** One more than a page, to know whether there is a next. */
function limit({ summary, count }: SearchRequest): number {
  return summary === 'count' ? 0 : count + 1;
}

function pageSql(request: SearchRequest, found: Matching, bind: Bind): { ctes: string[]; lists: string[] } {
  const all = phases(request.sort, request.params.length > 0 || request.patientId !== undefined, bind);
  const start = startOf(request.after, all.length);
  const lists = all.map((_, at) => `list${at}`).slice(start);
  const ctes = all.slice(start).map((phase, at) => {
    const after = at === 0 ? request.after?.slice(1) : undefined;
    const left = [`${limit(request)}`, ...lists.slice(0, at).map((list) => `(SELECT count(*) FROM ${list})`)].join(
      ' - ',
    );
    return `${lists[at]} AS MATERIALIZED (${listSql(phase(), start + at, found, left, after, bind)})`;
  });
  return { ctes, lists };
}

function startOf(after: Position | undefined, phasesOfOrder: number): number {
  const start = Number(after?.[0] ?? 0);
  if (!Number.isInteger(start) || start < 0 || start >= phasesOfOrder) throw new Error('a position of another order');
  return start;
}

/** Where versions come in the order of their pids. */
function pidOrder([first]: readonly Column[]): PidOrder | undefined {
  if (first?.sql !== 'v.pid') return undefined;
  return first.descending ? 'DESC' : 'ASC';
}

/** Where there is little, each of it is looked up among the keys; else Postgres chooses between that and the order of the keys. */
function withKeys({ from, isNarrow, joins }: Way, keys: string): string {
  return isNarrow
    ? `${from()} JOIN LATERAL (SELECT * FROM (${keys}) AS k WHERE k.pid = v.pid OFFSET 0) AS s ON true`
    : `(${keys}) s JOIN version v ON v.pid = s.pid${joins}`;
}

function listSql(
  { keys, joins, where, columns }: Phase,
  number: number,
  found: Matching,
  left: string,
  after: Position | undefined,
  bind: Bind,
): string {
  const more = [...where, ...(after ? [afterSql(columns, after, bind)] : [])];
  const fromOf = (way: Way) => (keys === undefined ? way.from(pidOrder(columns)) : withKeys(way, keys));
  const lists = found.ways.map(
    (way) => `(SELECT v.pid, ${positionSql(columns, number)} AS position FROM ${fromOf(way)}${joins}
  WHERE ${[way.where, ...more].join(' AND ')}
  ORDER BY ${orderSql(columns)} LIMIT ${left})`,
  );
  return `SELECT x.*, ROW(${number}, row_number() OVER ()) AS ordinal FROM (${lists.join(' UNION ALL ')}) AS x`;
}
