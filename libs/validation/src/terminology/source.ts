import type { CodeSystem, ValueSetDefinition } from '#libs/fhir-definitions';

/** Where code systems and value sets are looked up, by URL without version. */
export interface TerminologySource {
  codeSystem(url: string): CodeSystem | undefined;
  valueSet(url: string): ValueSetDefinition | undefined;
}
