// FHIR R4, section 2.6.2 "JSON Representation of Resources": repeating elements.
import type { Course } from '../course.js';
import { kind } from '../words.js';

/** An element that may repeat is an array even when it is there once, and never an empty one. */
export function list(course: Course, at: string, value: unknown): void {
  if (!Array.isArray(value)) course.report('structure', at, `expected an array, found ${kind(value)}`);
  else if (value.length === 0) course.report('structure', at, 'an array must not be empty; leave the element out');
}
