// FHIR R4, section 2.6.2.2 "JSON representation of primitive elements": repeating ones, padded with null.
import type { Course } from '../course.js';

/**
 * At each place of a repeating primitive there is a value, or `_name` has an id or extensions for it. Arrays of unequal
 * length are taken as padded at the end, as the reference implementation takes them.
 */
export function padding(course: Course, at: string, owner: Record<string, unknown>, name: string): void {
  const values = owner[name];
  const siblings = owner[`_${name}`];
  if (!hasNull(values) && !hasNull(siblings)) return;
  const length = Math.max(lengthOf(values), lengthOf(siblings));
  for (let index = 0; index < length; index++) {
    if (isNothing(values, index) && isNothing(siblings, index)) {
      course.report(
        'structure',
        `${at}/${name}/${index}`,
        'null stands for a value that has neither content nor extension',
      );
    }
  }
}

function hasNull(values: unknown): boolean {
  return Array.isArray(values) && values.includes(null);
}

function lengthOf(values: unknown): number {
  return Array.isArray(values) ? values.length : 0;
}

function isNothing(values: unknown, index: number): boolean {
  return !Array.isArray(values) || (values[index] ?? null) === null;
}
