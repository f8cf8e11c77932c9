// FHIR R4, section 3.1.1.4.6 "number".
import { isSubtype, type PathResult } from '#libs/fhir-path';
import type { Range } from './date-range.js';
import { type Decimal, decimal } from './decimal.js';
import { above, below, outside, overlap, type Prefix, within } from './range-test.js';
import type { Lexemes } from './row-sink.js';
import type { RangeTest } from './search-request.js';

/** A number with the precision it was sent in, or a range whose ends were sent (the ends belong to it; they may be open). */
export type NumericValue = (Decimal & { readonly kind: 'number' }) | (Range & { readonly kind: 'span' });

export function numberOf(result: PathResult, lexemes: Lexemes | undefined): NumericValue | undefined {
  const { value, type, holder, key } = result;
  if (type === 'Range') return rangeOf(value, lexemes);
  if (typeof value !== 'number' || !(isSubtype(type, 'decimal') || isSubtype(type, 'integer'))) return undefined;
  const number = decimal(lexemeOf(value, holder, key, lexemes));
  return number && { kind: 'number', ...number };
}

/** As sent, or without a document as JavaScript writes it. */
export function lexemeOf(value: number, holder?: object, key?: string | number, lexemes?: Lexemes): string {
  return lexemes && holder && key !== undefined ? lexemes.lexeme(holder, key) : String(value);
}

/** From `Range.low.value` to `Range.high.value`. */
export function rangeOf(value: unknown, lexemes: Lexemes | undefined): NumericValue | undefined {
  const { low, high } = value as { low?: unknown; high?: unknown };
  const from = simpleQuantity(low, lexemes)?.value;
  const to = simpleQuantity(high, lexemes)?.value;
  if (from === undefined && to === undefined) return undefined;
  return { kind: 'span', low: from ?? Number.NEGATIVE_INFINITY, high: to ?? Number.POSITIVE_INFINITY };
}

export function simpleQuantity(quantity: unknown, lexemes: Lexemes | undefined): Decimal | undefined {
  if (typeof quantity !== 'object' || quantity === null) return undefined;
  const { value } = quantity as { value?: unknown };
  return typeof value === 'number' ? decimal(lexemeOf(value, quantity, 'value', lexemes)) : undefined;
}

/** What the two kinds of rows have to fulfil. */
export interface NumericTest {
  readonly number: RangeTest;
  readonly span: RangeTest;
}

/** `ap` reaches a tenth of the value on both sides. */
const APPROXIMATELY = 0.1;

/**
 * Equality goes by the range that the digits imply, on both sides. Greater and less go by the exact value, as the standard
 * wants of the value searched for ("greater than exactly 100"), and likewise of the value found.
 */
export function numericTest(prefix: Prefix, { value, half }: Decimal): NumericTest {
  const high = value + half;
  const low = 2 * value - high;
  switch (prefix) {
    case 'eq':
      return { number: within(low, high, 'least'), span: within(low, high) };
    case 'ne':
      return { number: outside(low, high, 'least'), span: outside(low, high) };
    case 'gt':
      return { number: above('low', '>', value), span: above('high', '>', value) };
    case 'lt':
      return { number: below('low', '<', value), span: below('low', '<', value) };
    case 'ge':
      return { number: above('low', '>=', value), span: above('high', '>=', value) };
    case 'le':
      return { number: below('low', '<=', value), span: below('low', '<=', value) };
    case 'sa':
      return { number: above('least', '>', value), span: above('low', '>', value) };
    case 'eb':
      return { number: below('high', '<=', value), span: below('high', '<', value) };
    case 'ap': {
      const margin = Math.max(half, APPROXIMATELY * Math.abs(value));
      return {
        number: overlap(value - margin, value + margin, 'least'),
        span: overlap(value - margin, value + margin),
      };
    }
  }
}
