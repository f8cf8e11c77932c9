import type { Bind } from '#libs/consent';
import type { SortKey } from '#libs/search';
import type { Column } from './keyset.js';

/** One of the lists that a page is put together from, one after the other. */
export interface Phase {
  /** What gives the order, as `s`, where it is not the version itself: rows of the index. */
  readonly keys?: string;
  /** To stand behind the joins of the parameters. */
  readonly joins: string;
  readonly where: readonly string[];
  readonly columns: readonly Column[];
}

type IndexKey = Extract<SortKey, { by: 'range' | 'string' }>;

/**
 * Newest first without keys. By a key with rows in the index: those that have it, read in the index's own order, then those
 * that have none. `filtered`: there are parameters, so that few may match. A phase is called for only if it is needed, because it binds values.
 */
export function phases(sort: readonly SortKey[], filtered: boolean, bind: Bind): (() => Phase)[] {
  const [first, ...more] = sort;
  if (!first) return [() => plain(pid('v', true))];
  if (!isIndexKey(first)) return [() => plain(own(first))];
  const further = () => more.map((key, at) => later(key, `k${at}`, bind));
  return [() => having(first, further(), filtered, bind), () => without(first, further(), bind)];
}

function plain(column: Column): Phase {
  return { joins: '', where: [], columns: [column] };
}

function isIndexKey(key: SortKey): key is IndexKey {
  return key.by === 'range' || key.by === 'string';
}

function pid(alias: string, descending: boolean): Column {
  return { sql: `${alias}.pid`, type: 'bigint', descending, nullable: false };
}

/** A column of version. */
function own({ by, descending }: SortKey): Column {
  if (by === 'pid') return pid('v', descending);
  return { sql: 'v.id COLLATE "C"', type: 'text', descending, nullable: false };
}

interface Further {
  readonly joins: string;
  readonly column: Column;
}

/** A key that only orders what an earlier one leaves equal. */
function later(key: SortKey, alias: string, bind: Bind): Further {
  if (!isIndexKey(key)) return { joins: '', column: own(key) };
  const { table, columns } = rowsOf(key);
  const [value] = columns as [string];
  const direction = key.descending ? ' DESC' : '';
  const joins = ` LEFT JOIN LATERAL (SELECT o.${value} AS value FROM ${table} o WHERE o.pid = v.pid AND o.param = ANY (${params(key, bind)})
    ORDER BY o.${value}${direction} LIMIT 1) AS ${alias} ON true`;
  const type = key.by === 'range' ? 'float8' : 'text';
  return { joins, column: { sql: `${alias}.value`, type, descending: key.descending, nullable: true } };
}

function rowsOf({ by }: IndexKey): { table: string; columns: readonly string[] } {
  return by === 'range'
    ? { table: 'index_range', columns: ['low', 'high'] }
    : { table: 'index_string', columns: ['value'] };
}

function params({ params: all }: IndexKey, bind: Bind): string {
  return `${bind(all.map(String))}::bigint[]`;
}

/** Of several rows of one resource the least counts, or descending the greatest. */
function having(key: IndexKey, further: readonly Further[], filtered: boolean, bind: Bind): Phase {
  const { table, columns } = rowsOf(key);
  const tuple = (alias: string) => `(${[...columns, 'param'].map((name) => `${alias}.${name}`).join(', ')})`;
  const better = `${tuple('o')} ${key.descending ? '>' : '<'} ${tuple('s')}`;
  const type = key.by === 'range' ? 'float8' : 'text';
  const { descending } = key;
  return {
    keys: keyRows(key, filtered, bind),
    joins: further.map(({ joins }) => joins).join(''),
    where: [
      `NOT EXISTS (SELECT FROM ${table} o WHERE o.pid = s.pid AND o.param = ANY (${params(key, bind)}) AND ${better})`,
    ],
    columns: [
      ...columns.map((name): Column => ({ sql: `s.${name}`, type, descending, nullable: false })),
      ...further.map(({ column }) => column),
      pid('s', descending),
    ],
  };
}

/** Of several params the rows are merged in order where all are wanted; else only those of the matches are looked up. */
function keyRows(key: IndexKey, filtered: boolean, bind: Bind): string {
  const { table, columns } = rowsOf(key);
  const order = [...columns, 'pid'].map((name) => `${name}${key.descending ? ' DESC' : ''}`).join(', ');
  const parts = key.params.map((param) => `SELECT * FROM ${table} WHERE param = ${bind(String(param))}::bigint`);
  if (parts.length === 1 || filtered) return parts.join(' UNION ALL ');
  return `SELECT * FROM (${parts.join(' UNION ALL ')}) AS u ORDER BY ${order}`;
}

function without(key: IndexKey, further: readonly Further[], bind: Bind): Phase {
  const { table } = rowsOf(key);
  return {
    joins: further.map(({ joins }) => joins).join(''),
    where: [`NOT EXISTS (SELECT FROM ${table} o WHERE o.pid = v.pid AND o.param = ANY (${params(key, bind)}))`],
    columns: [...further.map(({ column }) => column), pid('v', true)],
  };
}
