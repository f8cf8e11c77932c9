// FHIR R4, section 2.24.0.1 "Primitive Types": date, dateTime, instant, time.
import type { Primitive } from './primitive.js';

const DATE = /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?$/;
const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/;
const ZONED = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))$/;
const FULL_DATE = 'yyyy-mm-dd'.length;

export const date: Primitive = {
  json: 'string',
  check: isDate,
  expected: 'a date that exists, written YYYY, YYYY-MM or YYYY-MM-DD',
};

export const dateTime: Primitive = {
  json: 'string',
  check: (value) => isDate(value) || isMoment(value),
  expected: 'a date that exists, written YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz',
};

export const instant: Primitive = {
  json: 'string',
  check: isMoment,
  expected: 'a date that exists and time to the second with time zone, written YYYY-MM-DDThh:mm:ss.sss+zz:zz',
};

export const time: Primitive = {
  json: 'string',
  check: (value) => typeof value === 'string' && CLOCK.test(value),
  expected: 'a time of day, written hh:mm:ss',
};

function isMoment(value: unknown): boolean {
  if (typeof value !== 'string' || value[FULL_DATE] !== 'T') return false;
  return isDate(value.slice(0, FULL_DATE)) && ZONED.test(value.slice(FULL_DATE + 1));
}

function isDate(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const parts = DATE.exec(value);
  if (parts === null || value.startsWith('0000')) return false;
  const day = parts[3];
  return day === undefined || Number(day) <= daysIn(Number(parts[1]), Number(parts[2]));
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
