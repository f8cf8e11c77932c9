import { badRequest } from '#libs/fhir-model';
import { shown } from './refusal.js';

/** Matches per page. */
export const MOST_MATCHES = 1000;

/** Parameters of one query, each repetition counted. */
const MOST_PARAMETERS = 64;

/** Values joined by comma. */
export const MOST_ALTERNATIVES = 100;

/** Conditions on the index that one query may come to. */
const MOST_CONDITIONS = 2000;

/** Characters of a value, of all alternatives together. */
const LONGEST_VALUE = 8192;

const LONGEST_NAME = 256;

/** @throws FhirError 400 before any work is done on what is too large. */
export function checkSize(query: readonly (readonly [string, string])[]): void {
  if (query.length > MOST_PARAMETERS)
    throw badRequest(`A search has at most ${MOST_PARAMETERS} parameters`, 'too-long');
  for (const [name, value] of query) {
    if (name.length > LONGEST_NAME) throw badRequest('The name of a search parameter is too long', 'too-long');
    if (value.length > LONGEST_VALUE) throw tooLong(name);
    if (value.includes('\u0000') || name.includes('\u0000'))
      throw badRequest('A search cannot contain the character U+0000');
  }
}

/** After each parameter, so that no more is worked out than one too many: on all types a value is many conditions. */
export function checkConditions(clauses: readonly { readonly anyOf: readonly unknown[] }[]): void {
  const count = clauses.reduce((sum, { anyOf }) => sum + anyOf.length, 0);
  if (count > MOST_CONDITIONS) throw badRequest('The search asks for too many alternatives', 'too-costly');
}

function tooLong(name: string) {
  return badRequest(`Parameter ${shown(name)}: the value is longer than ${LONGEST_VALUE} characters`, 'too-long');
}
