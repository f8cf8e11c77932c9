// FHIR R4, CompartmentDefinition "patient": https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import { generatedPart } from './generated-part.js';

const compartment = generatedPart<Record<string, string[]>>('compartment-patient');

/**
 * The codes of the search parameters that put a resource of this type into a Patient compartment. A Patient is in its own
 * compartment by definition, written `{def}`. Undefined: resources of this type are in no Patient compartment.
 */
export function compartmentPatient(type: string): readonly string[] | undefined {
  const all = compartment();
  return Object.hasOwn(all, type) ? all[type] : undefined;
}
