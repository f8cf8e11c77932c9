// FHIR R4 references.html#literal: which resources of this server a resource refers to.
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { parseReference } from '#libs/fhir-model';

export interface Target {
  readonly type: string;
  readonly id: string;
  readonly version?: string;
}

/** Every literal reference to this server, each target once; `base` is our own, whose absolute references are local ones. */
export function localTargets(resource: JsonValue, base: string): Target[] {
  const found = new Map<string, Target>();
  const open: JsonValue[] = [resource];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const target = Array.isArray(next) ? undefined : targetOf(next, base);
    if (target) found.set(`${target.type}/${target.id}/${target.version ?? ''}`, target);
    open.push(...(Array.isArray(next) ? next : Object.values(next)));
  }
  return [...found.values()];
}

function targetOf({ reference }: JsonObject, base: string): Target | undefined {
  const parsed = typeof reference === 'string' ? parseReference(reference) : undefined;
  if (parsed === undefined || (parsed.base !== undefined && parsed.base !== base)) return undefined;
  const { type, id, version } = parsed;
  return { type, id, ...(version === undefined ? {} : { version }) };
}
