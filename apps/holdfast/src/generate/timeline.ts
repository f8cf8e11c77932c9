/** Where all that is generated ends: nothing depends on when it is run. */
export const TODAY = Date.UTC(2026, 0, 1);

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const YEAR = 365.25 * DAY;

/** FHIR dateTime in UTC, whole seconds. */
export function dateTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** FHIR instant. */
export function instantOf(time: number): string {
  return new Date(time).toISOString();
}

/** FHIR date. */
export function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
