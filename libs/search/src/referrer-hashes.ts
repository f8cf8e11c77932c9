// FHIR R4, section 3.1.1.4.12 "reference", the other way round: which index rows refer to a resource.
import { resourceTypes } from '#libs/fhir-definitions';
import type { Hash64 } from './hash64.js';
import { strayHash } from './literal-references.js';
import { typePlan } from './type-plan.js';

interface Place {
  readonly type: string;
  readonly key: string;
}

let places: readonly Place[] | undefined;

/**
 * The hashes under which a literal reference to this resource has rows in the index, from any element of any type. What a Bundle is
 * found by stands in its entries, which are no references.
 */
export function referrerHashes({ type, id }: { type: string; id: string }, hash64: Hash64): bigint[] {
  places ??= [...resourceTypes()].filter((one) => one !== 'Bundle').flatMap(placesOf);
  const target = `${type}/${id}`;
  return [strayHash(target, hash64), ...places.map((place) => hash64(place.type, place.key, 'target', target))];
}

function placesOf(type: string): Place[] {
  const references = typePlan(type).extractions.filter((extraction) => extraction.type === 'reference');
  return [...new Set(references.map(({ element }) => element.key))].map((key) => ({ type, key }));
}
