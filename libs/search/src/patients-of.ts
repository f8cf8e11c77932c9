// FHIR R4, CompartmentDefinition "patient": https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import { compartmentPatient } from '#libs/fhir-definitions';
import { isId, parseReference } from '#libs/fhir-model';
import { textOf } from './term.js';
import { type Extraction, typePlan } from './type-plan.js';

/** Stands for a patient where whose it is cannot be told. No id has a slash: no Consent speaks of it, so the custodian's own alone see it. */
const NOBODY = 'unknown/';

/**
 * The ids of the patients in whose compartment a resource is, each once, sorted; a Patient is in its own. Only literal
 * references `Patient/id` count: what points to another server, to a Bundle entry or to a contained Patient is no patient
 * of ours.
 */
export function patientsOf(type: string, resource: object): string[] {
  if (type === 'Patient') return own(resource);
  if (type === 'Binary') return ofSecurityContext(resource);
  const ids = extractionsOf(type).flatMap(({ element }) =>
    element.select(resource).map(({ value }) => patientId(value)),
  );
  return [...new Set(ids.filter((id) => id !== undefined))].sort();
}

const compartments = new Map<string, readonly Extraction[]>();

function extractionsOf(type: string): readonly Extraction[] {
  const known = compartments.get(type);
  if (known) return known;
  const codes = compartmentPatient(type) ?? [];
  const found = typePlan(type).extractions.filter((one) => isOneOf(one, codes));
  compartments.set(type, found);
  return found;
}

function isOneOf(extraction: Extraction, codes: readonly string[]): boolean {
  return extraction.type === 'reference' && extraction.parameters.some(({ code }) => codes.includes(code));
}

function own(resource: object): string[] {
  const id = textOf(resource, 'id');
  return id !== undefined && isId(id) ? [id] : [];
}

/**
 * FHIR R4 binary.html: access to it is that to its security context. Where that is no Patient of ours, or there is none, whose it is
 * cannot be told from it alone: it then belongs to a patient that nobody is (no id has a slash), so that no Consent ever opens it
 * to others.
 */
function ofSecurityContext({ securityContext }: { securityContext?: unknown }): string[] {
  const parsed = parseReference(textOf(securityContext, 'reference') ?? '');
  return [patientId(securityContext) ?? (parsed ? `${parsed.type}/${parsed.id}` : NOBODY)];
}

function patientId(reference: unknown): string | undefined {
  const parsed = parseReference(textOf(reference, 'reference') ?? '');
  return parsed?.type === 'Patient' && parsed.base === undefined ? parsed.id : undefined;
}
