import { type CodeSystem, codeSystem, type ValueSetDefinition, valueSetDefinition } from '#libs/fhir-definitions';

/** Where code systems and value sets are looked up, by URL without version. */
export interface TerminologySource {
  codeSystem(url: string): CodeSystem | undefined;
  valueSet(url: string): ValueSetDefinition | undefined;
}

/** What FHIR R4 itself publishes. */
export const CORE_TERMINOLOGY: TerminologySource = { codeSystem, valueSet: valueSetDefinition };
