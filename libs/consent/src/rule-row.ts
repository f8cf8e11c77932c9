/**
 * One rule of one Consent, as the store keeps it in `consent_rule`. A null criterion holds for every request; an empty
 * array never occurs. Actors and purposes are keyed hashes.
 */
export interface RuleRow {
  /** hash64('Patient', id) of the patient whom the Consent is about. */
  readonly patient: bigint;
  readonly permit: boolean;
  readonly actors: readonly bigint[] | null;
  readonly purposes: readonly bigint[] | null;
  /** Resource types, readable. */
  readonly classes: readonly string[] | null;
  /** First instant at which the rule is in force, ISO 8601 in UTC; null: always has been. */
  readonly since: string | null;
  /** First instant at which it is not any more; null: without end. */
  readonly until: string | null;
}
