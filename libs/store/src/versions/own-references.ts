// FHIR R4 references.html#literal: an absolute reference into our own base is the relative one.
import type { JsonObject, JsonValue } from '#libs/fhir-json';

/**
 * Makes references into `base` relative, in place, wherever they stand: whose record a resource is and what finds it must not
 * depend on how its author spelt our address. The stored text is not touched.
 */
export function relateOwnReferences(resource: JsonObject, base: string): void {
  const prefix = `${base}/`;
  const open: JsonValue[] = [resource];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) relate(next, prefix);
    open.push(...(Array.isArray(next) ? next : Object.values(next)));
  }
}

function relate(holder: JsonObject, prefix: string): void {
  const { reference } = holder;
  if (typeof reference === 'string' && reference.startsWith(prefix)) holder.reference = reference.slice(prefix.length);
}
