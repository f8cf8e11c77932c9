// FHIR R4 references.html#literal: which resources of this server a resource refers to.
import type { JsonValue } from '#libs/fhir-json';
import { parseReference } from '#libs/fhir-model';
import { literalReferences } from '#libs/search';

export interface Target {
  readonly type: string;
  readonly id: string;
  readonly version?: string;
}

/** Every literal reference to this server, each target once; `base` is our own, whose absolute references are local ones. */
export function localTargets(resource: JsonValue, base: string): Target[] {
  const found = new Map<string, Target>();
  for (const text of literalReferences(resource)) {
    const parsed = parseReference(text);
    if (parsed === undefined || (parsed.base !== undefined && parsed.base !== base)) continue;
    const { type, id, version } = parsed;
    found.set(`${type}/${id}/${version ?? ''}`, { type, id, ...(version === undefined ? {} : { version }) });
  }
  return [...found.values()];
}
