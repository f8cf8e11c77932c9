// FHIR R4, Consent.provision.period and section 2.24.0.10 "Period": when the rule is in force.

/** From the first instant that is in, to the first that is not; ISO 8601 in UTC. Null is an open end. */
export interface Interval {
  readonly since: string | null;
  readonly until: string | null;
}

export const ALWAYS: Interval = { since: null, until: null };

const DATE_TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$/;

/**
 * The instants of a Period. A date without a time zone is a date in UTC, and an end names its last instant: `2016-01-01` ends
 * with that day. Undefined where a text is no FHIR dateTime.
 */
export function interval(period: { start?: string; end?: string } | undefined): Interval | undefined {
  const since = period?.start === undefined ? null : bounds(period.start)?.[0];
  const until = period?.end === undefined ? null : bounds(period.end)?.[1];
  return since === undefined || until === undefined ? undefined : { since, until };
}

/** First instant of what the text names, and the first one after it. */
function bounds(text: string): [string, string] | undefined {
  const [, year, month, day, time, fraction, zone] = DATE_TIME.exec(text) ?? [];
  if (year === undefined || year === '0000') return undefined;
  if (time !== undefined) return instantBounds(`${text.slice(0, 19)}${milliseconds(fraction)}${zone}`, fraction);
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)];
  const first = utc(y, m, d);
  if (first.getUTCMonth() !== m || first.getUTCDate() !== d) return undefined;
  return texts(first, month === undefined ? utc(y + 1, 0, 1) : day === undefined ? utc(y, m + 1, 1) : utc(y, m, d + 1));
}

/** A time to the second names the whole second, a time with a fraction its millisecond. */
function instantBounds(text: string, fraction: string | undefined): [string, string] | undefined {
  const first = new Date(text);
  return Number.isNaN(first.getTime())
    ? undefined
    : texts(first, new Date(first.getTime() + (fraction === undefined ? 1000 : 1)));
}

function milliseconds(fraction: string | undefined): string {
  return fraction === undefined ? '' : fraction.slice(0, 4).padEnd(4, '0');
}

function utc(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}

function texts(first: Date, after: Date): [string, string] {
  return [postgresTime(first), postgresTime(after)];
}

/** ISO 8601 but for what Postgres does not read in that form: years before 1 and after 9999, where a time zone can lead to. */
function postgresTime(date: Date): string {
  const year = date.getUTCFullYear();
  if (year < 1) return '-infinity';
  return year > 9999 ? 'infinity' : date.toISOString();
}

/** What lies in both. */
export function overlap(a: Interval, b: Interval): Interval {
  return { since: later(a.since, b.since), until: earlier(a.until, b.until) };
}

function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

/** Condition over rule `r`, by the clock of Postgres at the start of the statement. */
export function periodMatches(): string {
  return '(r.since IS NULL OR r.since <= statement_timestamp()) AND (r.until IS NULL OR statement_timestamp() < r.until)';
}
