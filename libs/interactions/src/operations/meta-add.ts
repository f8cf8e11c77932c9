// FHIR R4 resource-operation-meta-add.html: [type]/[id]/$meta-add
import type { JsonValue } from '#libs/fhir-json';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { changeMeta, isSame } from './meta-change.js';

/** Adds the tags, profiles and security labels that are not there yet. @throws as read and update do. */
export function addMeta(services: Services, request: FhirRequest): Promise<Answer> {
  return changeMeta(services, request, (before, given) => ({
    profile: added(before.profile, given.profile),
    security: added(before.security, given.security),
    tag: added(before.tag, given.tag),
  }));
}

function added(before: readonly JsonValue[], given: readonly JsonValue[]): JsonValue[] {
  const all = [...before];
  for (const one of given) if (!all.some((other) => isSame(one, other))) all.push(one);
  return all;
}
