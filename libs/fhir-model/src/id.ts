// FHIR R4, section 2.24.0.1: the primitive type id.

/** A resource id: 1 to 64 letters (either case), digits, `-` and `.`. */
export const RESOURCE_ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** True when `value` is a string that may be a resource id or a version id. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && RESOURCE_ID.test(value);
}
