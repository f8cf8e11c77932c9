export type {
  Bundle,
  CapabilityStatement,
  Consent,
  OperationOutcome,
  Reference,
  Resource,
  SearchParameter,
  StructureDefinition,
} from '@medplum/fhirtypes';
