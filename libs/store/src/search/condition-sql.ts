import type { Bind } from '#libs/consent';
import type { Clause, Comparison, Condition, RangeTest } from '#libs/search';

type Kind = Condition['on'];
type Of<K extends Kind> = Extract<Condition, { on: K }>;

/** Rows of one table of the index, under the alias `i`, of which a match has at least one. */
export interface Rows {
  readonly table: string;
  /** Each is a stretch of the table's index. */
  readonly anyOf: readonly string[];
}

/** SQL condition over a row `v` of version. Never null. */
export function clauseSql({ anyOf, not }: Clause, bind: Bind): string {
  const kinds = Map.groupBy(anyOf, ({ on }) => on);
  const parts = [...kinds].map(([on, conditions]) => kindSql(on, conditions, bind));
  if (parts.length === 0) return not ? 'true' : 'false';
  const any = parts.length === 1 ? parts[0]! : `(${parts.join(' OR ')})`;
  return not ? `NOT ${any}` : any;
}

function kindSql(on: Kind, conditions: readonly Condition[], bind: Bind): string {
  switch (on) {
    case 'id':
      return `v.id = ANY (${bind((conditions as Of<'id'>[]).map(({ id }) => id))}::text[])`;
    case 'lastUpdated':
      return anyOf((conditions as Of<'lastUpdated'>[]).map(({ test }) => testSql(test, (one) => timeSql(one, bind))));
    case 'present':
      return existsSql(presentRows(conditions as Of<'present'>[], bind));
    case 'no-range':
      return anyOf((conditions as Of<'no-range'>[]).map((one) => noRangeSql(one, bind)));
    default:
      return existsSql(rowsOf(on, conditions, bind));
  }
}

/** OFFSET 0 has it asked of each candidate, in their order: as a join Postgres would read all rows that fulfil it, and sort. */
export function existsSql({ table, anyOf: all }: Rows): string {
  return `EXISTS (SELECT FROM ${table} i WHERE i.pid = v.pid AND ${anyOf(all)} OFFSET 0)`;
}

/** Conditions that ask for rows. */
export type RowKind = 'hash' | 'string' | 'range' | 'member';

/** The rows that conditions of one kind are about. */
export function rowsOf(on: RowKind, conditions: readonly Condition[], bind: Bind): Rows {
  if (on === 'member') return memberRows(conditions as Of<'member'>[], bind);
  if (on === 'hash') return hashRows(conditions as Of<'hash'>[], bind);
  if (on === 'string') {
    return { table: 'index_string', anyOf: (conditions as Of<'string'>[]).map((one) => stringSql(one, bind)) };
  }
  return rangeRows([conditions as Of<'range'>[]], bind);
}

function hashRows(conditions: Of<'hash'>[], bind: Bind): Rows {
  const hashes = bind(conditions.map(({ hash }) => String(hash)));
  return { table: 'index_hash', anyOf: [`i.hash = ANY (${hashes}::bigint[])`] };
}

/** What refers to a resource, and it itself, are rows of two tables. */
function memberRows(conditions: Of<'member'>[], bind: Bind): Rows {
  const hashes = bind(conditions.flatMap((one) => one.hashes.map(String)));
  const own = conditions.flatMap((one) => (one.own === undefined ? [] : [one.own]));
  const parts = [
    `SELECT pid FROM index_hash WHERE hash = ANY (${hashes}::bigint[])`,
    ...own.map(
      ({ type, id }) => `SELECT pid FROM version WHERE type = ${bind(type)} AND id = ${bind(id)} AND is_current`,
    ),
  ];
  return { table: `(${parts.join(' UNION ALL ')})`, anyOf: ['true'] };
}

function presentRows(conditions: Of<'present'>[], bind: Bind): Rows {
  const params = bind(conditions.map(({ param }) => String(param)));
  return { table: 'index_entry', anyOf: [`i.present && ${params}::bigint[]`] };
}

function noRangeSql({ params }: Of<'no-range'>, bind: Bind): string {
  return `NOT ${existsSql({ table: 'index_range', anyOf: [`i.param = ANY (${bind(params.map(String))}::bigint[])`] })}`;
}

function stringSql({ param, match, value }: Of<'string'>, bind: Bind): string {
  const text = `${bind(value)}::text`;
  const matches =
    match === 'contains'
      ? `strpos(i.value, ${text}) > 0`
      : // No character comes after this one, so what begins with the text lies between the two.
        `i.value >= ${text} AND i.value < ${text} || chr(1114111)`;
  return `i.param = ${bind(String(param))}::bigint AND ${matches}`;
}

/** The rows that fulfil one condition of each list; all lists are over the same params. */
export function rangeRows(lists: readonly (readonly Of<'range'>[])[], bind: Bind): Rows {
  const params = new Set(lists.flat().map(({ param }) => param));
  const parts = [...params].map((param) => {
    const tests = lists.map((list) =>
      list.filter((one) => one.param === param).map(({ test }) => rangeSql(test, bind)),
    );
    return [`i.param = ${bind(String(param))}::bigint`, ...tests.map(anyOf)].join(' AND ');
  });
  return { table: 'index_range', anyOf: parts };
}

function rangeSql(test: RangeTest, bind: Bind): string {
  const implied = (test.implied ?? []).map((one) => sideSql(one, bind));
  return [testSql(test, (one) => sideSql(one, bind)), ...implied].join(' AND ');
}

function testSql({ any, comparisons }: RangeTest, sql: (comparison: Comparison) => string): string {
  const parts = comparisons.map(sql);
  return any ? `(${parts.join(' OR ')})` : parts.join(' AND ');
}

const SIDES: Readonly<Record<Comparison['of'], string>> = {
  low: 'i.low',
  high: 'i.high',
  least: '2 * i.low - i.high',
};

function sideSql({ of, is, value }: Comparison, bind: Bind): string {
  return `${SIDES[of]} ${is} ${bind(String(value))}::float8`;
}

/** A time of recording counts as its millisecond, [t, t + 1), which bounds at whole milliseconds either hold or do not touch. */
function timeSql({ of, is, value }: Comparison, bind: Bind): string {
  const after = of === 'low' ? is === '>=' : is === '>';
  const at = `timestamptz 'epoch' + ${bind(String(value))}::float8 * interval '1 millisecond'`;
  return `v.last_updated ${after ? '>=' : '<'} ${at}`;
}

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? conditions[0]! : `(${conditions.map((one) => `(${one})`).join(' OR ')})`;
}
