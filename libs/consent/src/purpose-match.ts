// FHIR R4, Consent.provision.purpose: why the data is asked for (v3 PurposeOfUse).
import type { Consent } from '#libs/fhir-model';
import type { AccessFacts, Hash64 } from './access-facts.js';
import { ANYTHING, type Criterion, NOT_UNDERSTOOD } from './criterion.js';
import { broaderPurposes } from './purpose-of-use.js';
import type { Bind } from './subject.js';

type Purpose = NonNullable<NonNullable<Consent['provision']>['purpose']>[number];

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

/** Codes of v3-ActReason are understood. A permit keeps those, a deny with any other is a deny for every purpose. */
export function purposeCriterion(
  purposes: readonly Purpose[] | undefined,
  permit: boolean,
  hash64: Hash64,
): Criterion<bigint> {
  if (purposes === undefined || purposes.length === 0) return ANYTHING;
  const codes = purposes.flatMap(({ system, code }) => (system === ACT_REASON && code !== undefined ? [code] : []));
  if (!permit && codes.length < purposes.length) return ANYTHING;
  if (codes.length === 0) return NOT_UNDERSTOOD;
  return [...new Set(codes)].map((code) => hash64('consent-purpose', code));
}

/**
 * Condition over rule `r`. A permit must name the very purpose; a deny also reaches the narrower ones (TREAT reaches
 * ETREAT), and every request that states no purpose.
 */
export function purposeMatches(permit: boolean, facts: AccessFacts, hash64: Hash64, bind: Bind): string {
  if (facts.purpose === undefined) return permit ? 'r.purposes IS NULL' : 'true';
  const codes = permit ? [facts.purpose] : [facts.purpose, ...broaderPurposes(facts.purpose)];
  return `(r.purposes IS NULL OR r.purposes && ${bind(codes.map((code) => String(hash64('consent-purpose', code))))}::bigint[])`;
}
