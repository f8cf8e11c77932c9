// FHIR R4 references.html#literal: every literal reference of a resource, wherever it stands
import type { Hash64 } from './hash64.js';

/**
 * The texts of all `Reference.reference`, each once, those of contained resources and of extensions too. What the entries of a
 * Bundle refer to is theirs: it may lie beside them.
 */
export function literalReferences(resource: unknown): Set<string> {
  const found = new Set<string>();
  const open: unknown[] = [isBundle(resource) ? { ...resource, entry: undefined } : resource];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    const { reference } = next as { reference?: unknown };
    if (typeof reference === 'string') found.add(reference);
    // One by one: as arguments of one call there may be too many.
    for (const value of Object.values(next)) open.push(value);
  }
  return found;
}

function isBundle(resource: unknown): resource is object {
  return (resource as { resourceType?: unknown } | null)?.resourceType === 'Bundle';
}

/** Of a reference from an element that no search parameter looks at: it is found by its target alone. */
export function strayHash(target: string, hash64: Hash64): bigint {
  return hash64('', 'reference', 'target', target);
}
