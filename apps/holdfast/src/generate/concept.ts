// FHIR R4 datatypes.html#CodeableConcept and the code systems that Synthea uses

export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

export const SNOMED = 'http://snomed.info/sct';
export const LOINC = 'http://loinc.org';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const CVX = 'http://hl7.org/fhir/sid/cvx';
export const UCUM = 'http://unitsofmeasure.org';

const coder =
  (system: string) =>
  (code: string, display: string): Coding => ({ system, code, display });

export const snomed = coder(SNOMED);
export const loinc = coder(LOINC);
export const rxnorm = coder(RXNORM);
export const cvx = coder(CVX);

/** A code of HL7's own terminology. */
export function hl7(name: string, code: string, display: string): Coding {
  return { system: `http://terminology.hl7.org/CodeSystem/${name}`, code, display };
}

export function concept(coding: Coding): object {
  return { coding: [coding], text: coding.display };
}

/** The same without text: for where only the code matters. */
export function coded(coding: Coding): object {
  return { coding: [coding] };
}

export function quantity(value: number, unit: string, code = unit): object {
  return { value, unit, system: UCUM, code };
}
