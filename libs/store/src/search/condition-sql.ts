import type { Bind } from '#libs/consent';
import type { Clause, Comparison, Condition, RangeTest } from '#libs/search';

/** Conditions of one kind are one condition on the rows of one table. */
type Kind = Condition['on'];
type Of<K extends Kind> = Extract<Condition, { on: K }>;

/** SQL condition over a row `v` of version. Never null. */
export function clauseSql({ anyOf, not }: Clause, bind: Bind): string {
  const kinds = Map.groupBy(anyOf, ({ on }) => on);
  const parts = [...kinds].map(([on, conditions]) => sqlOf(on, conditions, bind));
  if (parts.length === 0) return not ? 'true' : 'false';
  const any = parts.length === 1 ? parts[0]! : `(${parts.join(' OR ')})`;
  return not ? `NOT ${any}` : any;
}

function sqlOf(on: Kind, conditions: readonly Condition[], bind: Bind): string {
  switch (on) {
    case 'hash':
      return hashSql(conditions as Of<'hash'>[], bind);
    case 'string':
      return rowSql(
        'index_string',
        (conditions as Of<'string'>[]).map((one) => stringSql(one, bind)),
      );
    case 'range':
      return rowSql(
        'index_range',
        (conditions as Of<'range'>[]).map((one) => rangeSql(one, bind)),
      );
    case 'present':
      return presentSql(conditions as Of<'present'>[], bind);
    case 'id':
      return `v.id = ANY (${bind((conditions as Of<'id'>[]).map(({ id }) => id))}::text[])`;
    case 'lastUpdated':
      return anyOf((conditions as Of<'lastUpdated'>[]).map(({ test }) => testSql(test, (one) => timeSql(one, bind))));
  }
}

function hashSql(conditions: Of<'hash'>[], bind: Bind): string {
  const hashes = bind(conditions.map(({ hash }) => String(hash)));
  return `EXISTS (SELECT FROM index_hash i WHERE i.pid = v.pid AND i.hash = ANY (${hashes}::bigint[]))`;
}

function presentSql(conditions: Of<'present'>[], bind: Bind): string {
  const params = bind(conditions.map(({ param }) => String(param)));
  return `EXISTS (SELECT FROM index_entry i WHERE i.pid = v.pid AND i.present && ${params}::bigint[])`;
}

function rowSql(table: string, conditions: string[]): string {
  return `EXISTS (SELECT FROM ${table} i WHERE i.pid = v.pid AND ${anyOf(conditions)})`;
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

function rangeSql({ param, test }: Of<'range'>, bind: Bind): string {
  return `i.param = ${bind(String(param))}::bigint AND ${testSql(test, (one) => sideSql(one, bind))}`;
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

function anyOf(conditions: string[]): string {
  return conditions.length === 1 ? conditions[0]! : `(${conditions.map((one) => `(${one})`).join(' OR ')})`;
}
