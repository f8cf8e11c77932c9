import type { IndexRows } from '#libs/search';
import { list } from '../postgres/statement.js';

/** SQL expressions for what {@link indexArrays} gives, and for the version they belong to. */
export interface IndexArguments {
  /** bigint. */
  pid: string;
  /** bigint: hash64('Patient', id) where the resource is in exactly one patient's compartment; null or 0 otherwise. */
  patient: string;
  /** bigint[] */
  hashes: string;
  stringParams: string;
  /** text[], as long as stringParams. */
  stringValues: string;
  rangeParams: string;
  /** float8[], as long as rangeParams. */
  lows: string;
  highs: string;
  /** bigint[] */
  present: string;
}

export type IndexArrays = Omit<Record<keyof IndexArguments, unknown[]>, 'pid' | 'patient'>;

/** The rows as arrays to bind; bigint and float8 as decimal text. */
export function indexArrays(rows: IndexRows): IndexArrays {
  return {
    hashes: rows.hashes.map(String),
    stringParams: rows.strings.map(({ param }) => String(param)),
    stringValues: rows.strings.map(({ value }) => value),
    rangeParams: rows.ranges.map(({ param }) => String(param)),
    lows: rows.ranges.map(({ low }) => String(low)),
    highs: rows.ranges.map(({ high }) => String(high)),
    present: rows.present.map(String),
  };
}

/**
 * Common table expressions, to stand after WITH, that write the index rows of one version. The version must be current and
 * have none yet. Alone: `with ${insertIndexSql(...)} select 1`.
 */
export function insertIndexSql(given: IndexArguments): string {
  return `index_hash_new as (
  insert into index_hash (hash, pid, patient)
  select hash, ${given.pid}, coalesce(${given.patient}, 0) from unnest(${list(`${given.hashes}::bigint[]`)}) as one (hash)
), index_string_new as (
  insert into index_string (param, value, pid)
  select param, value, ${given.pid} from unnest(${list(`${given.stringParams}::bigint[]`)}, ${list(`${given.stringValues}::text[]`)}) as one (param, value)
), index_range_new as (
  insert into index_range (param, low, high, pid)
  select param, low, high, ${given.pid}
  from unnest(${list(`${given.rangeParams}::bigint[]`)}, ${list(`${given.lows}::float8[]`)}, ${list(`${given.highs}::float8[]`)}) as one (param, low, high)
), index_entry_new as (
  insert into index_entry (pid, present, hashes) values (${given.pid}, ${given.present}::bigint[], ${given.hashes}::bigint[])
)`;
}

/**
 * Common table expressions, to stand after WITH, that remove every index row of a version that stops being current; `pid`
 * is an SQL expression. Without effect on a version that has none.
 */
export function deleteIndexSql(pid: string): string {
  return `index_entry_gone as (
  delete from index_entry where pid = ${pid} returning pid, hashes
), index_hash_gone as (
  delete from index_hash h using index_entry_gone gone, unnest(gone.hashes) as one (hash)
  where h.hash = one.hash and h.pid = gone.pid
), index_string_gone as (
  delete from index_string where pid = ${pid}
), index_range_gone as (
  delete from index_range where pid = ${pid}
)`;
}
