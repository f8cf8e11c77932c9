// FHIR R4, Meta.security.
import type { JsonValue } from '#libs/fhir-json';

/** `meta.security` of a resource as `system|code`, in the order they have there; [] where there is none. */
export function securityLabels(resource: JsonValue): string[] {
  const labels = securityOf(resource);
  if (!Array.isArray(labels)) return [];
  return labels.map((label) => `${text(member(label, 'system'))}|${text(member(label, 'code'))}`);
}

/** `meta.security` of a resource as it is there; undefined where there is none. */
export function securityOf(resource: JsonValue): JsonValue | undefined {
  return member(member(resource, 'meta'), 'security');
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? value[name] : undefined;
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
