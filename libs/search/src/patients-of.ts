// FHIR R4, CompartmentDefinition "patient": https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import { resourceTypes } from '#libs/fhir-definitions';
import { isId, parseReference } from '#libs/fhir-model';
import { belongingOf } from './belonging.js';
import { textOf } from './term.js';
import { type Extraction, typePlan } from './type-plan.js';

/** Stands for a patient where whose it is cannot be told. No id has a slash: no Consent speaks of it, so the custodian's own alone see it. */
export const NOBODY = 'unknown/';

/**
 * The ids of the patients in whose compartment a resource is, each once, sorted; a Patient is in its own. Only literal
 * references `Patient/id` count: what points to another server, to a Bundle entry or to a contained Patient is no patient
 * of ours. What may be about a patient and names none of ours belongs to a patient that nobody is. Empty only where
 * scopes alone shall decide.
 */
export function patientsOf(type: string, resource: object): string[] {
  if (type === 'Patient') return own(resource);
  if (type === 'Binary') return ofSecurityContext(resource);
  const belonging = belongingOf(type);
  if (belonging === undefined) return [];
  const references = named(type, belonging.codes, resource);
  const ids = [...new Set(references.map(patientId).filter((id) => id !== undefined))].sort();
  if (ids.length > 0) return ids;
  return belonging.without === 'open' && references.every(isOfNoPatient) ? [] : [NOBODY];
}

/** The types, but for Patient, of which {@link patientsOf} is never empty, whatever a resource says. */
export function typesNeverOpen(): string[] {
  const never = (type: string) => type === 'Binary' || belongingOf(type)?.without === 'closed';
  return [...resourceTypes()].filter((type) => type !== 'Patient' && never(type)).sort();
}

function named(type: string, codes: readonly string[], resource: object): unknown[] {
  return extractionsOf(type, codes).flatMap(({ element }) => element.select(resource).map(({ value }) => value));
}

const found = new Map<string, readonly Extraction[]>();

function extractionsOf(type: string, codes: readonly string[]): readonly Extraction[] {
  const known = found.get(type);
  if (known) return known;
  const extractions = typePlan(type).extractions.filter((one) => isOneOf(one, codes));
  found.set(type, extractions);
  return extractions;
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
 * cannot be told from it alone, and no Consent ever opens it to others.
 */
function ofSecurityContext({ securityContext }: { securityContext?: unknown }): string[] {
  const parsed = parseReference(textOf(securityContext, 'reference') ?? '');
  return [patientId(securityContext) ?? (parsed ? `${parsed.type}/${parsed.id}` : NOBODY)];
}

function patientId(reference: unknown): string | undefined {
  const parsed = parseReference(textOf(reference, 'reference') ?? '');
  return parsed?.type === 'Patient' && parsed.base === undefined ? parsed.id : undefined;
}

/** A literal reference to something of ours that is about no patient: a practitioner, a place, a machine. */
function isOfNoPatient(reference: unknown): boolean {
  const parsed = parseReference(textOf(reference, 'reference') ?? '');
  if (parsed === undefined || parsed.base !== undefined || parsed.type === 'Binary') return false;
  return belongingOf(parsed.type)?.without !== 'closed';
}
