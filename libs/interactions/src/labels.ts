// FHIR R4 security-labels.html: who may remove what keeps others from a resource.
import { MAY_REMOVE_LABELS } from '#libs/access';
import { type FhirError, forbidden } from '#libs/fhir-model';
import type { LabelRules } from '#libs/store';
import type { FhirRequest } from './fhir-request.js';

/** Whether a document without labels keeps those that are there. */
export type Unlabelled = 'kept' | 'removed';

/** What an update may do to the labels of the version that it replaces. */
export function labelRules({ context }: FhirRequest, unlabelled: Unlabelled): LabelRules {
  return { keepsLabels: unlabelled === 'kept', mayUnlabel: context.rights.includes(MAY_REMOVE_LABELS) };
}

/** The refusal of what would remove a label. */
export function mayNotUnlabel(): FhirError {
  return forbidden(`Removing a security label needs the scope ${MAY_REMOVE_LABELS}`);
}
