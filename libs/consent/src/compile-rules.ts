// FHIR R4, resource Consent: provisions as rows that one SQL predicate can read.
import type { Consent } from '#libs/fhir-model';
import { parseReference } from '#libs/fhir-model';
import type { Hash64 } from './access-facts.js';
import { actorCriterion } from './actor-match.js';
import { classCriterion } from './class-match.js';
import { optsOut, rootPermits, voice } from './effect.js';
import { ALWAYS, type Interval, interval, overlap } from './period-match.js';
import { purposeCriterion } from './purpose-match.js';
import type { RuleRow } from './rule-row.js';

type Provision = NonNullable<Consent['provision']>;

/** The elements of a provision that a rule can express. Any other is a criterion, or an effect, that is not understood. */
const UNDERSTOOD: ReadonlySet<string> = new Set(['id', 'type', 'period', 'actor', 'purpose', 'class', 'provision']);

/** Deeper nesting than anyone writes; beyond it the rule above denies without criteria. */
const DEEPEST = 16;

/**
 * The rules of a Consent, none if it does not speak. Fails closed: what is not understood never widens a permit and never
 * narrows a deny. Nested denies stand by their own criteria, as long as those around them are in force; nested permits are not understood.
 */
export function compileRules(consent: Consent, hash64: Hash64): RuleRow[] {
  const id = patientOf(consent);
  const { denies, permits } = voice(consent);
  if (id === undefined || !denies) return [];
  const patient = hash64('Patient', id);
  const rows = provisionRows(consent, hash64).map((row) => ({ ...row, patient }));
  return rows.filter((row) => !row.permit || permits);
}

type Rule = Omit<RuleRow, 'patient'>;

const DENY_ALL: Rule = { permit: false, actors: null, purposes: null, classes: null, ...ALWAYS };

function provisionRows(consent: Consent, hash64: Hash64): Rule[] {
  const { provision } = consent;
  if (provision === undefined) return optsOut(consent) ? [DENY_ALL] : [];
  const permit = rootPermits(consent);
  const nested = nestedRows(provision, interval(provision.period) ?? ALWAYS, hash64, 1);
  const root = permit ? permitRow(provision, hash64) : denyRow(provision, ALWAYS, hash64);
  return root === undefined ? nested : [root, ...nested];
}

/** Only a patient of ours: one of another server has nothing here to decide on, and an id there may be anyone's here. */
function patientOf(consent: Consent): string | undefined {
  const reference = parseReference(consent.patient?.reference ?? '');
  return reference?.type === 'Patient' && reference.base === undefined ? reference.id : undefined;
}

function nestedRows(provision: Provision, around: Interval, hash64: Hash64, depth: number): Rule[] {
  return (provision.provision ?? []).flatMap((inner) => {
    if (depth >= DEEPEST) return [{ ...DENY_ALL, ...around }];
    const within = overlap(around, interval(inner.period) ?? ALWAYS);
    const own = inner.type === 'permit' ? [] : [denyRow(inner, around, hash64)];
    return [...own, ...nestedRows(inner, within, hash64, depth + 1)];
  });
}

/** Undefined where anything is said that this version cannot hold to. */
function permitRow(provision: Provision, hash64: Hash64): Rule | undefined {
  const actors = actorCriterion(provision.actor, true, hash64);
  const purposes = purposeCriterion(provision.purpose, true, hash64);
  const classes = classCriterion(provision.class, true);
  const time = interval(provision.period);
  if (actors === undefined || purposes === undefined || classes === undefined || time === undefined) return undefined;
  return isUnderstood(provision) ? { permit: true, actors, purposes, classes, ...time } : undefined;
}

function isUnderstood(provision: Provision): boolean {
  const nestedDeny = (provision.provision ?? []).every((inner) => inner.type === 'deny');
  return nestedDeny && Object.keys(provision).every((element) => UNDERSTOOD.has(element));
}

function denyRow(provision: Provision, around: Interval, hash64: Hash64): Rule {
  return {
    permit: false,
    actors: actorCriterion(provision.actor, false, hash64) ?? null,
    purposes: purposeCriterion(provision.purpose, false, hash64) ?? null,
    classes: classCriterion(provision.class, false) ?? null,
    ...overlap(around, interval(provision.period) ?? ALWAYS),
  };
}
