// FHIR R4, ValueSet: https://hl7.org/fhir/R4/valueset.html
import { generatedPart } from './generated-part.js';

/** The codes of a value set by their code system. */
export type ValueSetCodes = Readonly<Record<string, readonly string[]>>;

const valueSets = generatedPart<Record<string, ValueSetCodes>>('value-sets');

/**
 * The codes of a value set that an element of FHIR R4 is bound to with strength `required`, by its URL without version.
 * Undefined: no element requires it, or its codes cannot be listed from the definitions (UCUM, MIME types, ...).
 */
export function requiredCodes(url: string): ValueSetCodes | undefined {
  const all = valueSets();
  return Object.hasOwn(all, url) ? all[url] : undefined;
}
