// What the SQL predicate must say, in plain TypeScript, straight from the Consents: an independent second reading.
import type { AccessFacts } from '#libs/consent';

/** A Consent as the property test makes it: some criteria are understood, some are not. */
export interface ModelConsent {
  patient: string;
  status: 'active' | 'inactive';
  type: 'permit' | 'deny';
  /** References; `Group/1` is not understood. */
  actors: string[];
  /** Codes of v3-ActReason; `?` is of another system. */
  purposes: string[];
  /** Resource types; `?` is of another system. */
  classes: string[];
  period: 'none' | 'past' | 'now' | 'future';
  /** An element that is not understood. */
  labelled: boolean;
  nestedDenyOf?: string;
}

export interface ModelVersion {
  type: string;
  patients: string[];
}

/** Purposes above each of those that the test uses. */
const ABOVE: Record<string, string[]> = {
  ETREAT: ['TREAT', 'PurposeOfUse'],
  TREAT: ['PurposeOfUse'],
  HMARKT: ['PurposeOfUse'],
};

export function isVisible(version: ModelVersion, facts: AccessFacts, consents: ModelConsent[]): boolean {
  if (facts.compartment !== undefined && !version.patients.includes(facts.compartment)) return false;
  return version.patients.every((patient) => patientAllows(patient, version.type, facts, consents));
}

function patientAllows(patient: string, type: string, facts: AccessFacts, consents: ModelConsent[]): boolean {
  if (patient === facts.self) return true;
  const speaking = consents.filter((one) => one.patient === patient && one.status === 'active' && inForce(one));
  if (speaking.some((one) => denies(one, type, facts))) return false;
  return speaking.some((one) => permits(one, type, facts)) || isDefault(facts);
}

function inForce({ period }: ModelConsent): boolean {
  return period === 'none' || period === 'now';
}

function isDefault({ staff, purpose }: AccessFacts): boolean {
  return staff && ['TREAT', 'HPAYMT', 'HOPERAT'].includes(purpose ?? '');
}

function denies(consent: ModelConsent, type: string, facts: AccessFacts): boolean {
  if (consent.nestedDenyOf === type) return true;
  if (consent.type !== 'deny') return false;
  const { actors, purposes, classes } = consent;
  const reached =
    facts.purpose === undefined ? undefined : [facts.purpose, ...(ABOVE[facts.purpose] ?? ['PurposeOfUse'])];
  return (
    (actors.length === 0 || actors.includes('Group/1') || actors.some((actor) => facts.actors.includes(actor))) &&
    (purposes.length === 0 || purposes.includes('?') || !reached || purposes.some((code) => reached.includes(code))) &&
    (classes.length === 0 || classes.includes('?') || classes.includes(type))
  );
}

function permits(consent: ModelConsent, type: string, facts: AccessFacts): boolean {
  const { actors, purposes, classes } = consent;
  return (
    consent.type === 'permit' &&
    !consent.labelled &&
    (actors.length === 0 || actors.some((actor) => facts.actors.includes(actor))) &&
    (purposes.length === 0 || purposes.some((code) => code === facts.purpose)) &&
    (classes.length === 0 || classes.includes(type))
  );
}

/** The same Consent as a FHIR resource. */
export function resourceOf(consent: ModelConsent, id: string): { resourceType: string; id: string } {
  const { actors, purposes, classes, labelled, nestedDenyOf } = consent;
  const system = (code: string, url: string) => ({ system: code === '?' ? 'http://example.org' : url, code });
  const types = 'http://hl7.org/fhir/resource-types';
  return {
    resourceType: 'Consent',
    id,
    status: consent.status,
    category: [],
    patient: { reference: `Patient/${consent.patient}` },
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    provision: {
      type: consent.type,
      ...periodOf(consent),
      ...(actors.length > 0 && {
        actor: actors.map((reference) => ({ role: { text: 'any' }, reference: { reference } })),
      }),
      ...(purposes.length > 0 && {
        purpose: purposes.map((code) => system(code, 'http://terminology.hl7.org/CodeSystem/v3-ActReason')),
      }),
      ...(classes.length > 0 && { class: classes.map((code) => system(code, types)) }),
      ...(labelled && { securityLabel: [{ code: 'R' }] }),
      ...(nestedDenyOf !== undefined && {
        provision: [{ type: 'deny', class: [{ system: types, code: nestedDenyOf }] }],
      }),
    },
  } as { resourceType: string; id: string };
}

function periodOf({ period }: ModelConsent): { period?: { start?: string; end?: string } } {
  const year = new Date().getUTCFullYear();
  if (period === 'past') return { period: { start: '1999', end: String(year - 1) } };
  if (period === 'future') return { period: { start: String(year + 1) } };
  return period === 'now' ? { period: { start: String(year), end: String(year + 1) } } : {};
}
