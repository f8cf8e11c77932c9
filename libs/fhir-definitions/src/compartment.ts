// FHIR R4, CompartmentDefinition: https://hl7.org/fhir/R4/compartmentdefinition.html
import { generatedPart } from './generated-part.js';

/** The compartments of one resource type, such as all that is about one Patient. */
export interface Compartment {
  /** Of the CompartmentDefinition. */
  readonly url: string;
  /**
   * By resource type, the codes of the search parameters that put a resource of it into a compartment. What a compartment is named
   * after is in it by definition, written `{def}`. Types that are not here are in none.
   */
  readonly codes: Readonly<Record<string, readonly string[]>>;
}

const compartments = generatedPart<Record<string, Compartment>>('compartments');

/** The types that have compartments. */
export function compartmentTypes(): readonly string[] {
  return Object.keys(compartments()).sort();
}

/** The compartments named after resources of this type; undefined where there are none. */
export function compartmentOf(type: string): Compartment | undefined {
  const all = compartments();
  return Object.hasOwn(all, type) ? all[type] : undefined;
}

/** As {@link Compartment.codes} for one type, of the Patient compartments: https://hl7.org/fhir/R4/compartmentdefinition-patient.html */
export function compartmentPatient(type: string): readonly string[] | undefined {
  const codes = compartmentOf('Patient')?.codes ?? {};
  return Object.hasOwn(codes, type) ? codes[type] : undefined;
}
