// FHIR R4, section 3.1.1.4.11 "quantity".
import { isSubtype, type PathResult } from '#libs/fhir-path';
import { splitEscaped, unescaped } from './escape.js';
import { type NumericValue, rangeOf, simpleQuantity } from './number.js';
import type { Lexemes } from './row-sink.js';
import { type Term, textOf } from './term.js';

/** Currency codes, as Money has them. */
const CURRENCY = 'urn:iso:std:iso:4217';

export interface QuantityValue {
  readonly amount: NumericValue;
  /** In which units it can be asked for; the first says nothing of the unit. */
  readonly units: readonly Term[];
}

/** A Quantity, Money, Range, or the limits of SampledData. */
export function quantityOf({ value, type }: PathResult, lexemes: Lexemes | undefined): QuantityValue | undefined {
  if (isSubtype(type, 'Quantity')) return quantity(value, lexemes);
  if (type === 'Money') return money(value, lexemes);
  if (type === 'Range') return range(value, lexemes);
  return type === 'SampledData' ? sampled(value, lexemes) : undefined;
}

function quantity(value: unknown, lexemes: Lexemes | undefined): QuantityValue | undefined {
  const number = simpleQuantity(value, lexemes);
  if (!number) return undefined;
  return { amount: compared(textOf(value, 'comparator'), { kind: 'number', ...number }), units: unitsOf(value) };
}

function money(value: unknown, lexemes: Lexemes | undefined): QuantityValue | undefined {
  const number = simpleQuantity(value, lexemes);
  if (!number) return undefined;
  return { amount: { kind: 'number', ...number }, units: units(CURRENCY, textOf(value, 'currency'), undefined) };
}

function range(value: unknown, lexemes: Lexemes | undefined): QuantityValue | undefined {
  const amount = rangeOf(value, lexemes);
  const { low, high } = value as { low?: unknown; high?: unknown };
  return amount && { amount, units: unitsOf(low ?? high) };
}

/** From the lower to the upper limit of what the device can detect; without limits it is not indexed. */
function sampled(value: unknown, lexemes: Lexemes | undefined): QuantityValue | undefined {
  const { origin, factor = 1, lowerLimit, upperLimit } = value as Record<string, unknown>;
  const zero = simpleQuantity(origin, lexemes)?.value;
  if (
    zero === undefined ||
    typeof factor !== 'number' ||
    typeof lowerLimit !== 'number' ||
    typeof upperLimit !== 'number'
  ) {
    return undefined;
  }
  const ends = [zero + lowerLimit * factor, zero + upperLimit * factor];
  return { amount: { kind: 'span', low: Math.min(...ends), high: Math.max(...ends) }, units: unitsOf(origin) };
}

/** `< 5` is everything below 5. */
function compared(comparator: string | undefined, number: NumericValue & { kind: 'number' }): NumericValue {
  const { value } = number;
  const step = Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
  switch (comparator) {
    case '<':
      return { kind: 'span', low: Number.NEGATIVE_INFINITY, high: value - step };
    case '<=':
      return { kind: 'span', low: Number.NEGATIVE_INFINITY, high: value };
    case '>':
      return { kind: 'span', low: value + step, high: Number.POSITIVE_INFINITY };
    case '>=':
      return { kind: 'span', low: value, high: Number.POSITIVE_INFINITY };
    default:
      return number;
  }
}

function unitsOf(value: unknown): Term[] {
  return units(textOf(value, 'system'), textOf(value, 'code'), textOf(value, 'unit'));
}

function units(system: string | undefined, code: string | undefined, unit: string | undefined): Term[] {
  const terms: Term[] = [['any-unit']];
  if (system !== undefined && code !== undefined) terms.push(['unit-code', system, code]);
  for (const name of new Set([code, unit])) if (name !== undefined) terms.push(['unit', name]);
  return terms;
}

/** `5.4|system|code`, `5.4||code` (a code or a printed unit) or `5.4`: the number's text and the unit. Undefined if malformed. */
export function quantityQuery(text: string, name: string): { number: string; unit: Term } | undefined {
  const parts = splitEscaped(text, '|').map((part) => unescaped(part, name));
  const [number = '', system = '', code = ''] = parts;
  if (parts.length === 1) return { number, unit: ['any-unit'] };
  if (parts.length !== 3 || (system !== '' && code === '')) return undefined;
  if (code === '') return { number, unit: ['any-unit'] };
  return { number, unit: system === '' ? ['unit', code] : ['unit-code', system, code] };
}
