// FHIR R4, CompartmentDefinition "patient": a search for what refers to one patient stays in that patient's compartment.
import { compartmentPatient } from '#libs/fhir-definitions';
import { isId, parseReference } from '#libs/fhir-model';
import type { SearchOptions } from './search-options.js';
import { typePlan } from './type-plan.js';

/**
 * The hash of the patient in whose compartment every match must be: the one the request is restricted to, or the one that
 * a parameter of the compartment definition names (`patient=1`, `subject=Patient/1`). It narrows nothing; it lets the store
 * look in the rows of that patient only.
 */
export function askedPatient(
  types: readonly string[],
  query: readonly (readonly [string, string])[],
  options: SearchOptions,
): bigint | undefined {
  const [type, ...more] = types;
  if (more.length > 0 && options.patientId === undefined) return undefined;
  const id = options.patientId ?? (type === undefined || type === 'Patient' ? undefined : named(type, query));
  return id === undefined ? undefined : options.hash64('Patient', id);
}

function named(type: string, query: readonly (readonly [string, string])[]): string | undefined {
  const elements = compartmentElements(type);
  for (const [name, value] of query) {
    const [code = '', modifier] = name.split(':');
    const parameter = typePlan(type).parameters.get(code);
    if (!parameter?.keys.every((key) => elements.has(key)) || (modifier !== undefined && modifier !== 'Patient'))
      continue;
    const onlyPatients = modifier === 'Patient' || parameter.targets.join() === 'Patient';
    const id = patientId(value, onlyPatients);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The elements whose references put a resource into a compartment; `patient` looks at the same as `subject`. */
function compartmentElements(type: string): ReadonlySet<string> {
  const { parameters } = typePlan(type);
  return new Set((compartmentPatient(type) ?? []).flatMap((code) => parameters.get(code)?.keys ?? []));
}

/** Nothing for several values, URLs, and bare ids of what may be no patient. */
function patientId(value: string, bare: boolean): string | undefined {
  if (isId(value)) return bare ? value : undefined;
  const parsed = parseReference(value);
  return parsed?.type === 'Patient' && parsed.base === undefined && parsed.version === undefined
    ? parsed.id
    : undefined;
}
