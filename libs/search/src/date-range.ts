// FHIR R4, section 3.1.1.4.7 "date": a date stands for all the time it names.

/** Half-open: [low, high). */
export interface Range {
  readonly low: number;
  readonly high: number;
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

const MINUTE = 60_000;

/**
 * The milliseconds since 1970 that a FHIR date, dateTime or instant covers by its precision; finer than a millisecond counts
 * as the millisecond. Without a time zone it is UTC. Undefined for what is no date or is on no calendar.
 */
export function dateRange(text: string): Range | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  if (!onCalendar(year!, month, day) || !onClock(hour, minute, second)) return undefined;
  if (month === undefined) return { low: utc(year!, 0, 1), high: utc(year! + 1, 0, 1) };
  if (day === undefined) return { low: utc(year!, month - 1, 1), high: utc(year!, month, 1) };
  const midnight = utc(year!, month - 1, day);
  if (hour === undefined) return { low: midnight, high: midnight + 24 * 60 * MINUTE };
  const start = midnight + (hour * 60 + minute! - offset(match[8])) * MINUTE;
  return withinMinute(start, second, match[7]);
}

function withinMinute(start: number, second: number | undefined, fraction: string | undefined): Range {
  if (second === undefined) return { low: start, high: start + MINUTE };
  const low = start + second * 1000;
  if (fraction === undefined) return { low, high: low + 1000 };
  const digits = fraction.slice(0, 3);
  const unit = 10 ** (3 - digits.length);
  return { low: low + Number(digits) * unit, high: low + (Number(digits) + 1) * unit };
}

function onCalendar(year: number, month: number | undefined, day: number | undefined): boolean {
  if (year < 1 || month === 0 || (month ?? 1) > 12) return false;
  return day === undefined || (day >= 1 && day <= new Date(utc(year, month!, 0)).getUTCDate());
}

/** 24:00 is no time in FHIR; second 60 is a leap second. */
function onClock(hour = 0, minute = 0, second = 0): boolean {
  return hour < 24 && minute < 60 && second <= 60;
}

function offset(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number, day: number): number {
  return year >= 100
    ? Date.UTC(year, month, day)
    : new Date(Date.UTC(2000, month, day)).setUTCFullYear(year, month, day);
}
