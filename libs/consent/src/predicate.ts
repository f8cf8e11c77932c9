// FHIR R4, resource Consent: provisions in force, applied to one request and one version.
import type { AccessFacts, Hash64 } from './access-facts.js';
import { actorMatches } from './actor-match.js';
import { classMatches } from './class-match.js';
import { periodMatches } from './period-match.js';
import { purposeMatches } from './purpose-match.js';
import type { Bind, Subject } from './subject.js';

/** Showing is governed by Consents; recording, for the custodian's own, is not. */
export type Act = 'disclose' | 'record';

/** Purposes for which the custodian's own may see what no Consent speaks of. */
const DEFAULT_PURPOSES: ReadonlySet<string> = new Set(['TREAT', 'HPAYMT', 'HOPERAT']);

/**
 * True iff the compartment restriction holds and for every patient of the subject: it is the requester's own record, or no
 * deny matches and (a permit matches or the default holds). A subject of no patient is governed by scopes alone, but never
 * lies inside a compartment.
 */
export function mayDisclose(
  facts: AccessFacts,
  hash64: Hash64,
  subject: Subject,
  bind: Bind,
  act: Act = 'disclose',
): string {
  const { from, where } = subject.patients;
  const inside =
    facts.compartment === undefined
      ? []
      : [`EXISTS (SELECT FROM ${from} WHERE ${where} AND c.patient = ${patient(facts.compartment, hash64, bind)})`];
  const refused = refusal(facts, hash64, subject, bind, act);
  // OFFSET 0 keeps the planner from turning this into a join over all rows: it is asked row by row, before LIMIT.
  const open = refused === undefined ? [] : [`NOT EXISTS (SELECT FROM ${from} WHERE ${where} AND ${refused} OFFSET 0)`];
  return `(${[...inside, ...open, 'true'].join(' AND ')})`;
}

/**
 * Condition over `c.patient`: this patient stands in the way. Undefined where no patient can. What others may see of a
 * patient does not let them consent in the patient's stead: outsiders record Consents about themselves only.
 */
function refusal(facts: AccessFacts, hash64: Hash64, subject: Subject, bind: Bind, act: Act): string | undefined {
  if (act === 'record' && facts.staff) return undefined;
  const denied = `EXISTS (${matching(false, facts, hash64, subject, bind)})`;
  const reason = hasDefault(facts)
    ? denied
    : `(${denied} OR NOT EXISTS (${matching(true, facts, hash64, subject, bind)}))`;
  const barred = act === 'record' ? `(${subject.type} = 'Consent' OR ${reason})` : reason;
  return `${notOwn(facts, hash64, bind)}${barred}`;
}

function hasDefault(facts: AccessFacts): boolean {
  return facts.staff && facts.purpose !== undefined && DEFAULT_PURPOSES.has(facts.purpose);
}

function notOwn(facts: AccessFacts, hash64: Hash64, bind: Bind): string {
  return facts.self === undefined ? '' : `c.patient <> ${patient(facts.self, hash64, bind)} AND `;
}

function patient(id: string, hash64: Hash64, bind: Bind): string {
  return `${bind(String(hash64('Patient', id)))}::bigint`;
}

/**
 * The rules of `c.patient` that match this request, as a SELECT without output columns. OFFSET 0 has them looked up by the patient:
 * a plan made while there were few Consents would gather the rules of all patients first, for each row.
 */
function matching(permit: boolean, facts: AccessFacts, hash64: Hash64, subject: Subject, bind: Bind): string {
  return `SELECT ${matchingFrom(permit, facts, hash64, subject, bind)} OFFSET 0`;
}

function matchingFrom(permit: boolean, facts: AccessFacts, hash64: Hash64, subject: Subject, bind: Bind): string {
  const criteria = [
    `r.patient = c.patient AND r.permit = ${permit}`,
    actorMatches(facts, hash64, bind),
    purposeMatches(permit, facts, hash64, bind),
    classMatches(subject.type),
    periodMatches(),
  ];
  return `FROM consent_rule r WHERE ${criteria.join(' AND ')}`;
}

/**
 * Text expression: the Consent versions that decided, as names (`Consent/1/_history/2`) with a space between, in ascending order. The
 * deny, where one matches (of several the latest recorded); else, where permits were needed, that of each patient (of
 * several the latest recorded), MOST_RELIED at most.
 */
export function decidingConsent(
  facts: AccessFacts,
  hash64: Hash64,
  subject: Subject,
  bind: Bind,
  act: Act = 'disclose',
): string {
  if (act === 'record' && facts.staff) return 'NULL::text';
  const deny = denying(facts, hash64, subject, bind);
  return hasDefault(facts) ? deny : `COALESCE(${deny}, ${permitting(facts, hash64, subject, bind)})`;
}

/** Of what is in more compartments than this, the permits of so many patients are named. */
const MOST_RELIED = 100;
const NAME = "'Consent/' || d.id || '/_history/' || d.version";

function denying(facts: AccessFacts, hash64: Hash64, subject: Subject, bind: Bind): string {
  const { from, where } = subject.patients;
  return (
    `(SELECT ${NAME} FROM ${from}` +
    ` CROSS JOIN LATERAL (SELECT r.consent_pid ${matchingFrom(false, facts, hash64, subject, bind)}) AS m` +
    ` JOIN version d ON d.pid = m.consent_pid` +
    ` WHERE ${notOwn(facts, hash64, bind)}${where} ORDER BY m.consent_pid DESC LIMIT 1)`
  );
}

function permitting(facts: AccessFacts, hash64: Hash64, subject: Subject, bind: Bind): string {
  const { from, where } = subject.patients;
  const latest = `SELECT r.consent_pid ${matchingFrom(true, facts, hash64, subject, bind)} ORDER BY r.consent_pid DESC LIMIT 1`;
  return (
    `(SELECT string_agg(${NAME}, ' ' ORDER BY (${NAME}) COLLATE "C") FROM (SELECT DISTINCT m.consent_pid FROM ${from}` +
    ` CROSS JOIN LATERAL (${latest}) AS m WHERE ${notOwn(facts, hash64, bind)}${where} LIMIT ${MOST_RELIED}) AS relied` +
    ` JOIN version d ON d.pid = relied.consent_pid)`
  );
}
