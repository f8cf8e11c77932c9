// FHIR R4, Consent.provision.actor: who is controlled by the rule.
import type { Consent } from '#libs/fhir-model';
import { parseReference, referenceText } from '#libs/fhir-model';
import type { AccessFacts, Hash64 } from './access-facts.js';
import { ANYTHING, type Criterion, NOT_UNDERSTOOD } from './criterion.js';
import type { Bind } from './subject.js';

type Actor = NonNullable<NonNullable<Consent['provision']>['actor']>[number];

const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';

/** Types whose reference alone tells whether a requester is meant; a Group or CareTeam would have to be opened. */
const IDENTIFYING: ReadonlySet<string> = new Set([
  'Practitioner',
  'Organization',
  'Patient',
  'RelatedPerson',
  'Person',
  'Device',
]);

/**
 * The references a rule names. In the role of custodian (an Organization) or author an actor says whose data the rule is
 * about, not who asks: that is not understood here. A permit keeps what is understood of the list, a deny drops the
 * criterion when any of it is not, and so holds for everyone.
 */
export function actorCriterion(
  actors: readonly Actor[] | undefined,
  permit: boolean,
  hash64: Hash64,
): Criterion<bigint> {
  if (actors === undefined || actors.length === 0) return ANYTHING;
  const asking = actors.filter((actor) => !describesData(actor));
  const named = (permit ? asking : actors).flatMap((actor) => namesOf(actor, permit));
  if (permit) return permitted(actors, asking, named, hash64);
  const vague =
    asking.length === 0 || actors.some((actor) => !describesData(actor) && namesOf(actor, false).length === 0);
  return vague ? ANYTHING : hashes(named, hash64);
}

function permitted(
  all: readonly Actor[],
  asking: readonly Actor[],
  named: string[],
  hash64: Hash64,
): Criterion<bigint> {
  return named.length === 0 || asking.length < all.length ? NOT_UNDERSTOOD : hashes(named, hash64);
}

function hashes(names: string[], hash64: Hash64): Criterion<bigint> {
  return [...new Set(names)].map((name) => hash64('consent-actor', name));
}

function describesData(actor: Actor): boolean {
  const roles = (actor.role?.coding ?? []).filter((coding) => coding.system === PARTICIPATION).map(({ code }) => code);
  const custodian = roles.includes('CST') && parseReference(actor.reference?.reference ?? '')?.type === 'Organization';
  return custodian || roles.includes('AUT');
}

/** An absolute reference is only its own text to a permit; a deny counts it as the local one too. */
function namesOf(actor: Actor, permit: boolean): string[] {
  const reference = parseReference(actor.reference?.reference ?? '');
  if (reference === undefined || actor.modifierExtension !== undefined) return [];
  if (!IDENTIFYING.has(reference.type)) return [];
  const { type, id, base } = reference;
  const local = referenceText({ type, id });
  if (base === undefined) return [local];
  return permit ? [referenceText({ type, id, base })] : [local, referenceText({ type, id, base })];
}

/** Condition over rule `r`. */
export function actorMatches(facts: AccessFacts, hash64: Hash64, bind: Bind): string {
  const actors = facts.actors.map((actor) => String(hash64('consent-actor', actor)));
  return `(r.actors IS NULL OR r.actors && ${bind(actors)}::bigint[])`;
}
