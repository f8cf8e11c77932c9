// FHIR R4 resource-operation-meta-delete.html: [type]/[id]/$meta-delete
import { MAY_REMOVE_LABELS } from '#libs/access';
import type { JsonValue } from '#libs/fhir-json';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { mayNotUnlabel } from '../labels.js';
import { recordRequest } from '../record.js';
import type { Services } from '../services.js';
import { changeMeta, givenMeta, isSame } from './meta-change.js';

/**
 * Removes tags, profiles and security labels. A label keeps others from what it is on, so that removing one needs a scope of
 * its own. @throws FhirError 403 without it, for any label, there or not; and as read and update do.
 */
export async function deleteMeta(services: Services, request: FhirRequest): Promise<Answer> {
  if (givenMeta(request).security.length > 0 && !request.context.rights.includes(MAY_REMOVE_LABELS)) {
    await recordRequest(services, request, { action: '$meta-delete', decision: 'deny', outcome: 403 });
    throw mayNotUnlabel();
  }
  return changeMeta(services, request, (before, given) => ({
    profile: left(before.profile, given.profile),
    security: left(before.security, given.security),
    tag: left(before.tag, given.tag),
  }));
}

function left(before: readonly JsonValue[], given: readonly JsonValue[]): JsonValue[] {
  return before.filter((one) => !given.some((other) => isSame(one, other)));
}
