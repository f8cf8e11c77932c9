// FHIR R4, section 2.24.0.1: the primitive type instant.

/**
 * A FHIR instant in UTC with milliseconds: `2026-11-21T09:30:00.250Z`. A bigint counts microseconds since 1970, as
 * Postgres keeps time; what is finer than a millisecond is cut off, never rounded into the future.
 * @throws RangeError outside the years 1 to 9999.
 */
export function instant(time: Date | bigint): string {
  const date = typeof time === 'bigint' ? new Date(floorToMilliseconds(time)) : time;
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw new RangeError('An instant lies in the years 1 to 9999');
  return date.toISOString();
}

function floorToMilliseconds(micros: bigint): number {
  const remainder = micros % 1000n;
  return Number((micros - (remainder < 0n ? remainder + 1000n : remainder)) / 1000n);
}

const INSTANT = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The time that a FHIR instant names, or undefined for anything else. Finer than a millisecond is cut off. */
export function parseInstant(text: string): Date | undefined {
  if (!INSTANT.test(text)) return undefined;
  const date = new Date(text.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(date.getTime()) || !existsOnCalendar(text) ? undefined : date;
}

function existsOnCalendar(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
}
