// FHIR R4, section 2.27 "Validating Resources": what is stored is valid, or refused with one issue a fault.
import type { JsonValue } from '#libs/fhir-json';
import { type Issue, unprocessable } from '#libs/fhir-model';
import { coreDefinitions, type ValidationIssue, type ValidationOptions, validateResource } from '#libs/validation';
import type { BodySource, SystemRequest } from './fhir-request.js';
import type { Services } from './services.js';

/** What resources are checked against, and how strictly: what the installation and the one who asks say. */
export function validationOptions(services: Services, { preference }: SystemRequest): ValidationOptions {
  const { definitions = coreDefinitions(), requiredProfiles = {} } = services;
  return { definitions, required: requiredProfiles, strict: preference.handling === 'strict' };
}

/**
 * Nothing but an error refuses; with `Prefer: handling=strict` a warning is one. A vital sign that does not claim to conform to the
 * profile of its code gets warnings. `source` is the text that the resource was sent as.
 * @throws FhirError 422 with every error.
 */
export function checkValidity(
  services: Services,
  request: SystemRequest,
  resource: JsonValue,
  source?: BodySource,
): void {
  const issues = validateResource(resource, {
    ...validationOptions(services, request),
    errorsOnly: true,
    impliedAs: 'warning',
    ...(source ? { source: source.text, sourceAt: source.at } : {}),
  });
  if (issues.length > 0) throw unprocessable(issues.map(worded));
}

/** Many clients show `diagnostics` and nothing else. */
export function worded(issue: ValidationIssue): Issue {
  return issue.details === undefined || issue.diagnostics !== undefined
    ? issue
    : { ...issue, diagnostics: issue.details };
}

/** Names what resources are checked against: it stands on the event record of each version. */
export function definitionsVersion({ definitions = coreDefinitions() }: Services): string {
  return definitions.version;
}
