import type { IndexRows } from '#libs/search';
import { bigints, floats, texts } from '../postgres/binary-array.js';
import type { Slices } from '../postgres/slices.js';

/** The index rows of several versions as columns, each an array for each version. */
export function indexColumns(rows: readonly (IndexRows | undefined)[], slices: Slices): Record<string, string> {
  const strings = slices.of(rows.map((one) => one?.strings ?? []));
  const ranges = slices.of(rows.map((one) => one?.ranges ?? []));
  return {
    hashes: slices.of(rows.map((one) => one?.hashes ?? [])).column(bigints, 'bigint'),
    present: slices.of(rows.map((one) => one?.present ?? [])).column(bigints, 'bigint'),
    string_params: strings.column((all) => bigints(all.map(({ param }) => param)), 'bigint'),
    string_values: strings.column((all) => texts(all.map(({ value }) => value)), 'text'),
    range_params: ranges.column((all) => bigints(all.map(({ param }) => param)), 'bigint'),
    lows: ranges.column((all) => floats(all.map(({ low }) => low)), 'float8'),
    highs: ranges.column((all) => floats(all.map(({ high }) => high)), 'float8'),
  };
}

/**
 * Common table expressions, to stand after WITH, that write the index rows of versions. `from` is an earlier one with a row for
 * each version: `pid`; `key_patient`, hash64('Patient', id) where it is in exactly one patient's compartment, else null; and the columns that
 * {@link indexColumns} names. The versions must be current and have no index rows yet.
 */
export function insertIndexSql(from: string): string {
  return `index_hash_new AS (
  INSERT INTO index_hash (hash, pid, patient)
  SELECT hash, x.pid, coalesce(x.only_patient, 0) FROM ${from} AS x, unnest(x.hashes) AS one (hash)
), index_string_new AS (
  INSERT INTO index_string (param, value, pid)
  SELECT param, value, x.pid FROM ${from} AS x, unnest(x.string_params, x.string_values) AS one (param, value)
), index_range_new AS (
  INSERT INTO index_range (param, low, high, pid)
  SELECT param, low, high, x.pid FROM ${from} AS x, unnest(x.range_params, x.lows, x.highs) AS one (param, low, high)
), index_entry_new AS (
  INSERT INTO index_entry (pid, present, hashes) SELECT pid, present, hashes FROM ${from}
)`;
}

/**
 * Common table expressions, to stand after WITH, that remove every index row of versions that stop being current; `from` is an
 * earlier one with a column `replaced`, their pids. Without effect on a version that has none.
 */
export function deleteIndexSql(from: string): string {
  return `index_entry_gone AS (
  DELETE FROM index_entry i USING ${from} AS x WHERE i.pid = x.replaced RETURNING i.pid, i.hashes
), index_hash_gone AS (
  DELETE FROM index_hash h USING index_entry_gone gone, unnest(gone.hashes) AS one (hash)
  WHERE h.hash = one.hash AND h.pid = gone.pid
), index_string_gone AS (
  DELETE FROM index_string i USING ${from} AS x WHERE i.pid = x.replaced
), index_range_gone AS (
  DELETE FROM index_range i USING ${from} AS x WHERE i.pid = x.replaced
)`;
}
