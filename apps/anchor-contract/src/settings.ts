/** What the organisations of a channel agree on. Peers that differ in it do not endorse the same results. */
export interface Settings {
  /** How many seconds a decision may lie before the latest that its site's log has named. */
  decisionBoundSeconds: number;
  /** How many days the log of a custodian has to stand still before a witness may revoke in its place. */
  vanishedAfterDays: number;
  /** How many seconds a time that is named may lie after its transaction's own, and that of an escape also before it. */
  clockBoundSeconds: number;
}

export const DEFAULTS: Settings = { decisionBoundSeconds: 15 * 60, vanishedAfterDays: 30, clockBoundSeconds: 15 * 60 };

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is no whole number`);
  return value;
}

/** Reads DECISION_BOUND_SECONDS, VANISHED_AFTER_DAYS and CLOCK_BOUND_SECONDS. Throws Error naming the one that is no whole number. */
export function readSettings(variables: Record<string, string | undefined>): Settings {
  const { DECISION_BOUND_SECONDS: bound, VANISHED_AFTER_DAYS: days, CLOCK_BOUND_SECONDS: clock } = variables;
  return {
    decisionBoundSeconds: whole('DECISION_BOUND_SECONDS', bound, DEFAULTS.decisionBoundSeconds),
    vanishedAfterDays: whole('VANISHED_AFTER_DAYS', days, DEFAULTS.vanishedAfterDays),
    clockBoundSeconds: whole('CLOCK_BOUND_SECONDS', clock, DEFAULTS.clockBoundSeconds),
  };
}
