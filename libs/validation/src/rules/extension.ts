// FHIR R4, section 2.4.1 "Extension": ext-1.
import type { Course } from '../course.js';

/** An extension has either a value or extensions of its own. */
export function extension(course: Course, at: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  let hasValue = false;
  for (const name in value) if (name.startsWith('value') || name.startsWith('_value')) hasValue = true;
  if (hasValue === 'extension' in value) {
    const found = hasValue ? 'it has both' : 'it has neither';
    course.report('invariant', at, `an extension has either a value or extensions, ${found}`);
  }
}
