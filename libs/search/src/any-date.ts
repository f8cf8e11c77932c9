// Resources by several parameters of type date at once, which a query cannot ask for.
import type { Range } from './date-range.js';
import type { Hash64 } from './hash64.js';
import { overlap } from './range-test.js';
import type { Clause, Condition } from './search-request.js';
import { typePlan } from './type-plan.js';

/**
 * Some date under one of the codes has something in common with the range, or there is no date under any of them. Codes that the
 * type does not have, or not for dates, are left out. Undefined where none is left.
 */
export function anyDate(
  type: string,
  codes: readonly string[],
  { low, high }: Range,
  hash64: Hash64,
): Clause | undefined {
  const { parameters } = typePlan(type);
  const keys = codes.flatMap((code) => {
    const parameter = parameters.get(code);
    return parameter?.type === 'date' ? parameter.keys : [];
  });
  if (keys.length === 0) return undefined;
  const params = keys.map((key) => hash64(type, key, 'date'));
  const test = overlap(low, high);
  const dated = params.map((param): Condition => ({ on: 'range', param, test, single: false }));
  return { name: '', not: false, anyOf: [...dated, { on: 'no-range', params }] };
}
