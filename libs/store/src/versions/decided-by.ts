// DESIGN section 4: the time of a decision, such that no decision seems to have outlived the Consent that it relied on.
import type { Bind, Permit } from '#libs/consent';

/** The Consent versions that decided on a row (with spaces between) and when the latest was recorded; null where none did. As Postgres returns it. */
export type DecidedBy = [consents: string, recorded: string] | null;

/**
 * SQL expression for {@link DecidedBy}. The versions are found in the same view of the data in which the decision was made.
 */
export function decidedBy(permit: Pick<Permit, 'decidedBy'>, alias: string, bind: Bind): string {
  return `(SELECT CASE WHEN d.by IS NOT NULL THEN ARRAY[d.by,
      (SELECT max(recorded_micros(one)) FROM unnest(string_to_array(d.by, ' ')) AS one)::text] END
    FROM (SELECT ${permit.decidedBy(alias, bind)} AS by OFFSET 0) AS d)`;
}

/**
 * SQL expression: microseconds of the Postgres clock before the statement's view of the data was taken. What is binding only
 * once it is visible to all is later than the time of every statement that did not see it; `statement_timestamp()`, which
 * a client's Execute message sets after the view was taken, would not do.
 */
export const DECIDED_AT = 'micros(transaction_timestamp())';

/** When a statement decided that began at `time` and relied on these: not before any of them was recorded. */
export function decisionTime(time: string, relied: readonly DecidedBy[]): bigint {
  return relied.reduce((latest, by) => {
    const recorded = by === null ? 0n : BigInt(by[1]);
    return recorded > latest ? recorded : latest;
  }, BigInt(time));
}

/** The Consents as results name them. */
export function consentOf(by: DecidedBy): { consent?: string } {
  return by === null ? {} : { consent: by[0] };
}
