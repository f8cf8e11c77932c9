export { type BundleEntry, type BundleLink, type BundleParts, bundleText } from './bundle-text.js';
export {
  badRequest,
  conflict,
  FhirError,
  forbidden,
  gone,
  methodNotAllowed,
  notAcceptable,
  notFound,
  payloadTooLarge,
  preconditionFailed,
  unauthorized,
  unavailable,
  unexpected,
  unprocessable,
  unsupportedMediaType,
} from './fhir-error.js';
export type {
  Bundle,
  CapabilityStatement,
  Consent,
  OperationOutcome,
  Reference,
  Resource,
  SearchParameter,
  StructureDefinition,
} from './fhir-types.js';
export { isId, RESOURCE_ID } from './id.js';
export { instant, parseInstant } from './instant.js';
export type { Interaction } from './interaction.js';
export type { Issue } from './issue.js';
export { operationOutcome } from './operation-outcome.js';
export {
  isFragment,
  isUrn,
  parseReference,
  type ResourceReference,
  referenceText,
} from './reference.js';
