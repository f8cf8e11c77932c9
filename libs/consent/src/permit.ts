import type { AccessFacts, Hash64 } from './access-facts.js';
import { decidingConsent, mayDisclose } from './predicate.js';
import { type Bind, newContent, storedVersion } from './subject.js';

/**
 * The right to be shown what the Consents in force allow, at the moment the statement that carries it runs. Made by
 * {@link decide} and by nothing else. It says nothing about scopes: those are checked before.
 */
export class Permit {
  readonly #facts: AccessFacts;
  readonly #hash64: Hash64;

  constructor(facts: AccessFacts, hash64: Hash64) {
    this.#facts = facts;
    this.#hash64 = hash64;
  }

  /** Equal for permits that decide alike. */
  get alike(): string {
    return JSON.stringify(this.#facts);
  }

  /**
   * SQL condition over one row of `version` under `alias`: may this version be shown? Never null. Belongs into the WHERE
   * clause of the statement that fetches the data, before any LIMIT and before anything is counted.
   */
  predicate(alias: string, bind: Bind): string {
    return mayDisclose(this.#facts, this.#hash64, storedVersion(alias), bind);
  }

  /** The same for content that is not stored yet; `type` (text) and `patients` (bigint[]) are SQL expressions. */
  predicateOn(type: string, patients: string, bind: Bind): string {
    return mayDisclose(this.#facts, this.#hash64, newContent(type, patients), bind);
  }

  /**
   * SQL text expression: the Consent versions (`Consent/1/_history/2`) that decided on this row, permit or denial: one, or,
   * where the permits of several patients were needed, all of them with spaces between. Null where the default decided, the
   * requester's own record, or the compartment restriction.
   */
  decidedBy(alias: string, bind: Bind): string {
    return decidingConsent(this.#facts, this.#hash64, storedVersion(alias), bind);
  }
}

/**
 * The right to record. Made by {@link decideWrite} and by nothing else, and no {@link Permit}: whether the answer may carry
 * what was written is another decision.
 */
export class WritePermit {
  readonly #facts: AccessFacts;
  readonly #hash64: Hash64;

  constructor(facts: AccessFacts, hash64: Hash64) {
    this.#facts = facts;
    this.#hash64 = hash64;
  }

  /** Equal for permits that decide alike. */
  get alike(): string {
    return JSON.stringify(this.#facts);
  }

  /** Nothing limits what may be recorded: the custodian's own, outside a compartment. The predicates are true then. */
  get isFree(): boolean {
    return this.#facts.staff && this.#facts.compartment === undefined;
  }

  /** SQL condition: may content of this `type` (text) about these `patients` (bigint[]) be recorded? Never null. */
  predicateOn(type: string, patients: string, bind: Bind): string {
    return mayDisclose(this.#facts, this.#hash64, newContent(type, patients), bind, 'record');
  }

  /** SQL condition over one row of `version`: may this version be replaced or deleted? Never null. */
  predicate(alias: string, bind: Bind): string {
    return mayDisclose(this.#facts, this.#hash64, storedVersion(alias), bind, 'record');
  }

  /** As {@link Permit.decidedBy}, for content that is not stored yet. */
  decidedOn(type: string, patients: string, bind: Bind): string {
    return decidingConsent(this.#facts, this.#hash64, newContent(type, patients), bind, 'record');
  }

  /** As {@link Permit.decidedBy}. */
  decidedBy(alias: string, bind: Bind): string {
    return decidingConsent(this.#facts, this.#hash64, storedVersion(alias), bind, 'record');
  }
}
