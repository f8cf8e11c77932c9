// FHIR R4, CompartmentDefinition: what is in the compartment of a resource, as a condition on the index.
import { compartmentOf } from '#libs/fhir-definitions';
import { conditionsOf } from './conditions.js';
import type { SearchOptions } from './search-options.js';
import type { Clause, Condition } from './search-request.js';
import type { SearchScope } from './search-scope.js';
import { typePlan } from './type-plan.js';

/**
 * The one clause that keeps a search in a compartment. Of a Patient's there is none: what is in it is known without the index.
 */
export function compartmentClauses({ types, compartment }: SearchScope, options: SearchOptions): Clause[] {
  if (compartment === undefined || compartment.type === 'Patient') return [];
  const { type: owner, id } = compartment;
  const codes = compartmentOf(owner)?.codes ?? {};
  const references = types.flatMap((type) =>
    (codes[type] ?? []).flatMap((code) => referring(type, code, `${owner}/${id}`, options)),
  );
  const hashes = references.flatMap((one) => (one.on === 'hash' ? [one.hash] : []));
  const own = types.includes(owner) ? { own: compartment } : {};
  return [{ name: '', not: false, anyOf: [{ on: 'member', hashes, ...own }] }];
}

function referring(type: string, code: string, target: string, options: SearchOptions): Condition[] {
  const parameter = typePlan(type).parameters.get(code);
  if (parameter?.type !== 'reference') return [];
  return conditionsOf({ type, name: code, modifier: undefined, parameter, options }, target);
}
