import type { Bind } from '#libs/consent';

/** A column of an order. Null comes last in both directions. */
export interface Column {
  readonly sql: string;
  /** SQL type, for comparing with a position. */
  readonly type: 'bigint' | 'text' | 'float8';
  readonly descending: boolean;
  readonly nullable: boolean;
}

export function orderSql(columns: readonly Column[]): string {
  return columns
    .map(({ sql, descending, nullable }) => `${sql}${descending ? ' DESC' : ''}${nullable ? ' NULLS LAST' : ''}`)
    .join(', ');
}

/** text[] expression: where in this order a row stands. */
export function positionSql(columns: readonly Column[], phase: number): string {
  return `ARRAY['${phase}', ${columns.map(({ sql }) => `${sql}::text`).join(', ')}]`;
}

/** Condition: the row comes after a position in this order. */
export function afterSql(columns: readonly Column[], position: readonly (string | null)[], bind: Bind): string {
  if (position.length !== columns.length) throw new Error('a position of another order');
  const values = columns.map(({ type }, at) => (position[at] === null ? null : `${bind(position[at])}::${type}`));
  if (isUniform(columns)) {
    const operator = columns[0]!.descending ? '<' : '>';
    return `(${columns.map(({ sql }) => sql).join(', ')}) ${operator} (${values.join(', ')})`;
  }
  const alternatives = columns.map((column, at) => {
    const equal = columns.slice(0, at).map(({ sql }, before) => equalSql(sql, values[before]!));
    return [...equal, beyondSql(column, values[at]!)].join(' AND ');
  });
  return `(${alternatives.map((one) => `(${one})`).join(' OR ')})`;
}

/** Then a row comparison says it, which an index can begin at. */
function isUniform(columns: readonly Column[]): boolean {
  return columns.every(({ nullable, descending }) => !nullable && descending === columns[0]!.descending);
}

function equalSql(sql: string, value: string | null): string {
  return value === null ? `${sql} IS NULL` : `${sql} = ${value}`;
}

function beyondSql({ sql, descending, nullable }: Column, value: string | null): string {
  if (value === null) return 'false';
  const beyond = `${sql} ${descending ? '<' : '>'} ${value}`;
  return nullable ? `(${beyond} OR ${sql} IS NULL)` : beyond;
}
