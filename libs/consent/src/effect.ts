// FHIR R4, Consent.scope, Consent.policyRule and Consent.provision.type: does this Consent speak of disclosure, and which way?
import type { Consent } from '#libs/fhir-model';

const SCOPES = 'http://terminology.hl7.org/CodeSystem/consentscope';
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** Advance directives and consents to a treatment say nothing about who may see what. */
const OTHER_MATTERS: ReadonlySet<string> = new Set(['adr', 'treatment']);

export interface Voice {
  readonly denies: boolean;
  readonly permits: boolean;
}

/**
 * Only an active Consent speaks. Of scope patient-privacy: both ways. Of `adr` and `treatment`: not at all. Of any other or
 * none: its denials count, its permits do not. Content that may change its meaning unseen takes the permits away.
 */
export function voice(consent: Consent): Voice {
  const scopes = codes(consent.scope, SCOPES);
  const silent = consent.status !== 'active' || (scopes.length > 0 && scopes.every((code) => OTHER_MATTERS.has(code)));
  const clear = consent.implicitRules === undefined && consent.modifierExtension === undefined;
  return { denies: !silent, permits: !silent && clear && scopes.includes('patient-privacy') };
}

/**
 * Which way a root provision decides: by its type, else by the policy it belongs to, as the official examples have it (opt-in
 * permits, opt-out denies). Where neither says, it denies.
 */
export function rootPermits(consent: Consent): boolean {
  const type = consent.provision?.type;
  if (type !== undefined) return type === 'permit';
  const policies = codes(consent.policyRule, ACT_CODE);
  return policies.some((code) => code.startsWith('OPTIN')) && !optsOut(consent);
}

/** The policy as a whole is an opt-out: it denies even without a provision. */
export function optsOut(consent: Consent): boolean {
  return codes(consent.policyRule, ACT_CODE).some((code) => code.startsWith('OPTOUT'));
}

function codes(concept: Consent['scope'] | undefined, system: string): string[] {
  return (concept?.coding ?? []).flatMap((coding) =>
    coding.system === system && coding.code !== undefined ? [coding.code] : [],
  );
}
