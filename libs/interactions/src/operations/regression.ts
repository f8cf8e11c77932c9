// http://terminology.hl7.org/CodeSystem/observation-statistics, code regression: a straight line through values over time
import type { JsonObject } from '#libs/fhir-json';
import { dateRange } from '#libs/search';
import { isObject } from '../resource-body.js';

/** A value, and when it was so: milliseconds since 1970. */
export interface Point {
  readonly time: number;
  readonly value: number;
}

/** The line that the squares of the distances to are least. */
export interface Line {
  /** Of the value, per hour. */
  readonly gradient: number;
  /** The value of the line at the time of the first point. */
  readonly intercept: number;
}

const HOUR = 3_600_000;

/** Undefined for points of fewer than two different times. */
export function regression(points: readonly Point[]): Line | undefined {
  const first = Math.min(...points.map(({ time }) => time));
  const hours = points.map(({ time }) => (time - first) / HOUR);
  const middle = mean(hours);
  const height = mean(points.map(({ value }) => value));
  const spread = sum(hours.map((hour) => (hour - middle) ** 2));
  if (points.length < 2 || spread === 0) return undefined;
  const together = sum(points.map(({ value }, index) => ((hours[index] as number) - middle) * (value - height)));
  const gradient = together / spread;
  return { gradient, intercept: height - gradient * middle };
}

/** When an Observation was made: the start of the time that it gives; undefined where it gives none. */
export function timeOf({ effectiveDateTime, effectiveInstant, effectivePeriod }: JsonObject): number | undefined {
  const text = effectiveDateTime ?? effectiveInstant ?? (isObject(effectivePeriod) ? effectivePeriod.start : undefined);
  return typeof text === 'string' ? dateRange(text)?.low : undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function mean(numbers: readonly number[]): number {
  return sum(numbers) / numbers.length;
}
