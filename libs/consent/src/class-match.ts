// FHIR R4, Consent.provision.class: the resource types the rule is about.
import type { Consent } from '#libs/fhir-model';
import { ANYTHING, type Criterion, NOT_UNDERSTOOD } from './criterion.js';

type Class = NonNullable<NonNullable<Consent['provision']>['class']>[number];

const RESOURCE_TYPES = 'http://hl7.org/fhir/resource-types';

/** `Resource` and `DomainResource` stand for the types below them. */
const ABSTRACT: ReadonlySet<string> = new Set(['Resource', 'DomainResource']);

/** Codes of resource-types are understood. A permit keeps those, a deny with any other is a deny for every type. */
export function classCriterion(classes: readonly Class[] | undefined, permit: boolean): Criterion<string> {
  if (classes === undefined || classes.length === 0) return ANYTHING;
  const types = classes.flatMap(({ system, code }) => (system === RESOURCE_TYPES && code !== undefined ? [code] : []));
  const concrete = types.filter((type) => !ABSTRACT.has(type));
  if (!permit && concrete.length < classes.length) return ANYTHING;
  return concrete.length === 0 ? NOT_UNDERSTOOD : [...new Set(concrete)];
}

/** Condition over rule `r`; `type` is an SQL text expression. */
export function classMatches(type: string): string {
  return `(r.classes IS NULL OR ${type} = ANY (r.classes))`;
}
