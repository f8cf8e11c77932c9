/** What a decision needs to know of the one who asks. Taken from a verified token only; nothing here is looked up. */
export interface AccessFacts {
  /** Id of the patient whose own record the requester may see (`1` for Patient/1): no Consent stands between. */
  readonly self?: string;
  /** References that a provision may name as its actor: `Practitioner/1`, `Organization/1`, `Patient/1`. */
  readonly actors: readonly string[];
  /** The custodian's own staff, or its system client. */
  readonly staff: boolean;
  /** Purpose of use, a v3-ActReason code. Without one there is no default permit, and every purpose of a deny matches. */
  readonly purpose?: string;
  /** Id of the patient to whose compartment `patient/` scopes limit the request. */
  readonly compartment?: string;
}

/**
 * A keyed hash of its parts, 64 bits as a signed integer. Comes from the store's key chain; the same function must be given
 * to {@link compileRules} and to the decisions, or no rule ever matches.
 */
export type Hash64 = (...parts: string[]) => bigint;
