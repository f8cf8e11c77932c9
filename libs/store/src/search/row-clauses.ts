import type { Bind } from '#libs/consent';
import type { Clause, Condition } from '#libs/search';
import { type RowKind, type Rows, rangeRows, rowsOf } from './condition-sql.js';

type RangeCondition = Extract<Condition, { on: 'range' }>;

/** Clauses that ask for a row of one table, and all others. */
export interface RowClauses {
  readonly rows: readonly Rows[];
  readonly others: readonly Clause[];
}

/**
 * Clauses over the same rows, of which a resource has at most one, are asked together: `date=ge2020&date=lt2021` is one
 * stretch of the index and not two halves of it.
 */
export function rowClauses(clauses: readonly Clause[], bind: Bind): RowClauses {
  const others = clauses.filter((clause) => kindOf(clause) === undefined);
  const ofRows = clauses.filter((clause) => kindOf(clause) !== undefined);
  const single = ofRows.filter(isSingle);
  const groups = Map.groupBy(single, paramsOf);
  const rows = [
    ...[...groups.values()].map((group) =>
      rangeRows(
        group.map(({ anyOf }) => anyOf as RangeCondition[]),
        bind,
      ),
    ),
    ...ofRows.filter((clause) => !isSingle(clause)).map((clause) => rowsOf(kindOf(clause)!, clause.anyOf, bind)),
  ];
  return { rows, others };
}

/** The one table that all conditions are about, if there is one. */
function kindOf({ anyOf, not }: Clause): RowKind | undefined {
  const [first, ...more] = new Set(anyOf.map(({ on }) => on));
  if (not || more.length > 0) return undefined;
  return first === undefined || !isRowKind(first) ? undefined : first;
}

const ROW_KINDS: ReadonlySet<string> = new Set<RowKind>(['hash', 'string', 'range', 'member']);

function isRowKind(on: Condition['on']): on is RowKind {
  return ROW_KINDS.has(on);
}

function isSingle({ anyOf, not }: Clause): boolean {
  return !not && anyOf.length > 0 && anyOf.every((one) => one.on === 'range' && one.single);
}

function paramsOf({ anyOf }: Clause): string {
  return [...new Set((anyOf as RangeCondition[]).map(({ param }) => String(param)))].sort().join();
}
