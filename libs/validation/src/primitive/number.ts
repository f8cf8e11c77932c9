// FHIR R4, section 2.24.0.1 "Primitive Types": boolean, decimal, integer, positiveInt, unsignedInt.
import type { Primitive } from './primitive.js';

const MIN = -(2 ** 31);
const MAX = 2 ** 31 - 1;

export const boolean: Primitive = {
  json: 'boolean',
  check: (value) => typeof value === 'boolean',
  expected: 'true or false',
};

/** Any JSON number: its precision is in the text as sent, not in the value. */
export const decimal: Primitive = {
  json: 'number',
  check: (value) => typeof value === 'number',
  expected: 'a number',
};

export const integer: Primitive = {
  json: 'number',
  check: (value) => isWhole(value, MIN),
  expected: 'a whole number of 32 bits',
};

export const positiveInt: Primitive = {
  json: 'number',
  check: (value) => isWhole(value, 1),
  expected: `a whole number from 1 to ${MAX}`,
};

export const unsignedInt: Primitive = {
  json: 'number',
  check: (value) => isWhole(value, 0),
  expected: `a whole number from 0 to ${MAX}`,
};

function isWhole(value: unknown, least: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= MAX;
}
