// FHIR R4, section 2.4.1 "Extension": ext-1.
import type { Course } from '../course.js';

/** An extension has either a value or extensions of its own. */
export function extension(course: Course, at: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  let isEmpty = true;
  let hasValue = false;
  for (const name in value) {
    isEmpty = false;
    if (name.startsWith('value') || name.startsWith('_value')) hasValue = true;
  }
  if (isEmpty || hasValue !== 'extension' in value) return;
  const found = hasValue ? 'it has both' : 'it has neither';
  course.report('invariant', at, `an extension has either a value or extensions, ${found}`);
}
