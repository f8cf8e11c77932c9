// FHIR R4, section 2.3.0 "Resource References": the type of the target, as far as the reference itself tells.
import { isFragment, parseReference } from '#libs/fhir-model';

/**
 * The resource type that a Reference points to: by its literal reference, a contained resource, or Reference.type. Undefined
 * if none tells; nothing is ever fetched.
 */
export function referenceTarget(reference: unknown, root: object): string | undefined {
  const { reference: text, type } = (reference ?? {}) as { reference?: unknown; type?: unknown };
  if (typeof text === 'string') {
    const target = isFragment(text) ? containedType(text.slice(1), root) : parseReference(text)?.type;
    if (target !== undefined) return target;
  }
  return typeof type === 'string' ? type : undefined;
}

function containedType(id: string, root: object): string | undefined {
  const { contained } = root as { contained?: unknown };
  if (!Array.isArray(contained)) return undefined;
  const found = contained.find((resource: unknown) => (resource as { id?: unknown } | null)?.id === id);
  return typeof found?.resourceType === 'string' ? found.resourceType : undefined;
}
