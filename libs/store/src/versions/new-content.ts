import { compileRules, type Hash64, type RuleRow } from '#libs/consent';
import type { JsonDocument, JsonObject, JsonValue } from '#libs/fhir-json';
import type { Consent } from '#libs/fhir-model';
import { type IndexRows, indexRows, patientsOf } from '#libs/search';
import { relateOwnReferences } from './own-references.js';
import { securityLabels } from './security-labels.js';

/** All that follows from the content of a version alone: worked out before its transaction begins. */
export interface NewContent {
  readonly document: JsonDocument;
  /** Ids of the patients in whose compartment it is. */
  readonly patients: readonly string[];
  /** The same as keyed hashes. */
  readonly hashes: readonly bigint[];
  readonly index: IndexRows;
  readonly rules: readonly RuleRow[];
  readonly labels: readonly string[];
}

/** What reading content needs to know of this installation. */
export interface ContentContext {
  readonly hash64: Hash64;
  /** Our own base URL, without a slash at the end. */
  readonly base?: string;
}

/**
 * Reads a validated resource of this type that will be stored under this id. The id is put into `document.value`,
 * and references into our own base are made relative there. `known`: whose it is, where that is not for its content to say.
 * @throws TypeError when the document is no JSON object.
 */
export function newContent(
  { type, id }: { type: string; id: string },
  document: JsonDocument,
  { hash64, base }: ContentContext,
  known?: readonly string[],
): NewContent {
  const resource = withId(document.value, id);
  if (base !== undefined) relateOwnReferences(resource, base);
  const patients = [...new Set(known ?? patientsOf(type, resource))].sort();
  return {
    document,
    patients,
    hashes: patients.map((patient) => hash64('Patient', patient)),
    index: indexRows(type, resource, hash64, document),
    rules: type === 'Consent' ? compileRules(resource as unknown as Consent, hash64) : [],
    labels: securityLabels(resource),
  };
}

/** In place, since the document knows its numbers by the objects that hold them. */
function withId(value: JsonValue, id: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('A resource is an object');
  value.id = id;
  return value;
}
