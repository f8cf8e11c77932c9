// FHIR R4, CompartmentDefinition "patient": a search for what refers to one patient stays in that patient's compartment.
import { compartmentPatient } from '#libs/fhir-definitions';
import { isId, parseReference } from '#libs/fhir-model';
import type { SearchOptions } from './search-options.js';
import { typePlan } from './type-plan.js';

/**
 * The hash of the patient in whose compartment every match must be: the one the request is restricted to, or the one that
 * a parameter of the compartment definition names (`patient=1`, `subject=Patient/1`). It narrows nothing; it lets the store
 * look in the rows of that patient only. Where absolute references into our own base match too, a parameter does not say
 * so, because those put nothing into a compartment.
 */
export function askedPatient(
  type: string,
  query: readonly (readonly [string, string])[],
  options: SearchOptions,
): bigint | undefined {
  const id =
    options.patientId ?? (options.baseUrl === undefined && type !== 'Patient' ? named(type, query) : undefined);
  return id === undefined ? undefined : options.hash64('Patient', id);
}

function named(type: string, query: readonly (readonly [string, string])[]): string | undefined {
  const codes = compartmentPatient(type) ?? [];
  for (const [name, value] of query) {
    const [code = '', modifier] = name.split(':');
    const bare = modifier === 'Patient' || onlyPatients(type, code);
    const id =
      codes.includes(code) && (modifier === undefined || modifier === 'Patient') ? patientId(value, bare) : undefined;
    if (id !== undefined) return id;
  }
  return undefined;
}

function onlyPatients(type: string, code: string): boolean {
  return typePlan(type).parameters.get(code)?.targets.join() === 'Patient';
}

/** Nothing for several values, URLs, and bare ids of what may be no patient. */
function patientId(value: string, bare: boolean): string | undefined {
  if (isId(value)) return bare ? value : undefined;
  const parsed = parseReference(value);
  return parsed?.type === 'Patient' && parsed.base === undefined && parsed.version === undefined
    ? parsed.id
    : undefined;
}
