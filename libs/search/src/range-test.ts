// FHIR R4, section 3.1.1.4.5 "Prefixes".
import type { Comparison, RangeTest } from './search-request.js';

export const PREFIXES = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const;
export type Prefix = (typeof PREFIXES)[number];

/** `gt5` is gt and 5; without a prefix it is eq. */
export function splitPrefix(text: string): [Prefix, string] {
  const prefix = PREFIXES.find((one) => text.startsWith(one));
  return prefix ? [prefix, text.slice(prefix.length)] : ['eq', text];
}

type Side = Comparison['of'];

/** The row lies within [low, high); `from` is where its range begins. */
export function within(low: number, high: number, from: Side = 'low'): RangeTest {
  return {
    comparisons: [
      { of: from, is: '>=', value: low },
      { of: 'high', is: '<=', value: high },
    ],
    implied: [
      { of: 'low', is: '>=', value: low },
      { of: 'low', is: '<=', value: high },
    ],
  };
}

/** Some of the row lies outside [low, high). */
export function outside(low: number, high: number, from: Side = 'low'): RangeTest {
  return {
    any: true,
    comparisons: [
      { of: from, is: '<', value: low },
      { of: 'high', is: '>', value: high },
    ],
  };
}

/** Rows and [low, high) have something in common. */
export function overlap(low: number, high: number, from: Side = 'low'): RangeTest {
  return {
    comparisons: [
      { of: from, is: '<', value: high },
      { of: 'high', is: '>', value: low },
    ],
  };
}

export function above(of: Side, is: '>' | '>=', value: number): RangeTest {
  return { comparisons: [{ of, is, value }] };
}

export function below(of: Side, is: '<' | '<=', value: number): RangeTest {
  return { comparisons: [{ of, is, value }] };
}
