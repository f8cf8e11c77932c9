// FHIR R4, ElementDefinition.fixed[x] and pattern[x]: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
import { isDeepStrictEqual } from 'node:util';
import { isMembers } from '../document/json.js';

/** Nothing more and nothing less; the order of members does not matter. */
export function isFixed(value: unknown, fixed: unknown): boolean {
  return value === fixed || (typeof fixed === 'object' && isDeepStrictEqual(value, fixed));
}

/** All that is in the pattern is in the value; each item of a list in some item. */
export function hasPattern(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((part) => value.some((each) => hasPattern(each, part)));
  }
  if (!isMembers(pattern)) return value === pattern;
  return isMembers(value) && Object.entries(pattern).every(([name, part]) => hasPattern(value[name], part));
}
