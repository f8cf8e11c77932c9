import type { AccessFacts, Hash64 } from './access-facts.js';
import { Permit, WritePermit } from './permit.js';

/**
 * The permit for read, vread, history and search. The decision itself falls in the statement that fetches the data, on the
 * Consents in force at that moment: nothing is decided here and kept.
 */
export function decide(facts: AccessFacts, hash64: Hash64): Permit {
  const known = permits.get(facts);
  if (known?.hash64 === hash64) return known.permit;
  const permit = new Permit(facts, hash64);
  permits.set(facts, { hash64, permit });
  return permit;
}

/** One for each requester, so that what is worked out of a permit is so once. */
const permits = new WeakMap<AccessFacts, { readonly hash64: Hash64; readonly permit: Permit }>();

/**
 * The permit for create, update and delete. The custodian's staff and system clients may always record, within their
 * compartment restriction; all others only where they would be shown the result, and Consents only about themselves.
 */
export function decideWrite(facts: AccessFacts, hash64: Hash64): WritePermit {
  return new WritePermit(facts, hash64);
}
