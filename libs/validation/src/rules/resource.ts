// FHIR R4, section 2.30.1 "Resource" and section 2.3.1 "Contained Resources".
import type { Course } from '../course.js';
import { kind, quote } from '../words.js';

/** A resource of any type inside another: an entry of a Bundle, a parameter. */
export function resource(course: Course, at: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    course.report('structure', at, `expected a resource, found ${kind(value)}`);
    return;
  }
  const { resourceType } = value as { resourceType?: unknown };
  const check = typeof resourceType === 'string' && Object.hasOwn(course.types, resourceType);
  if (check) course.types[resourceType]!(course, value, at);
  else if (resourceType === undefined) course.report('required', at, 'resourceType is required and is not there');
  else course.report('structure', at, `${quote(resourceType)} is not a resource type of FHIR R4`);
}

/** A contained resource contains none itself (dom-2). */
export function contained(course: Course, at: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && 'contained' in value) {
    course.report('structure', at, 'a contained resource must not contain resources');
  }
  resource(course, at, value);
}
