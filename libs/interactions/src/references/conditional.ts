// FHIR R4 http.html#transaction: conditional references, such as Practitioner?identifier=a|b
import type { JsonValue } from '#libs/fhir-json';

const CONDITIONAL = /^[A-Z][A-Za-z]{1,63}\?./;

/** The conditional references of a resource, each once. */
export function conditionalReferences(resource: JsonValue): string[] {
  const found = new Set<string>();
  const open: JsonValue[] = [resource];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) open.push(...next);
    else {
      if (typeof next.reference === 'string' && CONDITIONAL.test(next.reference)) found.add(next.reference);
      open.push(...Object.values(next));
    }
  }
  // A string that was cut out of a text keeps the whole of it in memory.
  return JSON.parse(JSON.stringify([...found])) as string[];
}
