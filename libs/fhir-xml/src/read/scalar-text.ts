// FHIR R4 json.html#primitive: booleans and numbers of JSON, and strings for all other primitives.
import type { Scalar } from '../place.js';

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** A `value` attribute as JSON: numbers keep their lexeme, and what is no number or boolean is left to be refused as a string. */
export function scalarText(value: string, scalar: Scalar): string {
  const isBare = scalar === 'number' ? NUMBER.test(value) : scalar === 'boolean' && /^(?:true|false)$/.test(value);
  return isBare ? value : JSON.stringify(value);
}
