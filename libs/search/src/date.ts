// FHIR R4, section 3.1.1.4.7 "date".
import type { PathResult } from '#libs/fhir-path';
import { dateRange, type Range } from './date-range.js';
import { above, below, outside, overlap, type Prefix, within } from './range-test.js';
import type { Comparison, RangeTest } from './search-request.js';
import { listOf, textOf } from './term.js';

/** The time that a value covers; the ends of a Period or a Timing may be open. */
export function dateOf({ value, type }: PathResult): Range | undefined {
  switch (type) {
    case 'date':
    case 'dateTime':
    case 'instant':
      return typeof value === 'string' ? dateRange(value) : undefined;
    case 'Period':
      return period(value);
    case 'Timing':
      return timing(value);
    default:
      return undefined;
  }
}

function period(value: unknown): Range | undefined {
  const start = textOf(value, 'start');
  const end = textOf(value, 'end');
  if (start === undefined && end === undefined) return undefined;
  const low = start === undefined ? Number.NEGATIVE_INFINITY : dateRange(start)?.low;
  const high = end === undefined ? Number.POSITIVE_INFINITY : dateRange(end)?.high;
  return low === undefined || high === undefined || low >= high ? undefined : { low, high };
}

/** Only the outer limits matter: of all events, and of the period that bounds the repetition. */
function timing(value: unknown): Range | undefined {
  const { event, repeat } = value as { event?: unknown; repeat?: { boundsPeriod?: unknown } };
  const events = listOf(event).map((one) => (typeof one === 'string' ? dateRange(one) : undefined));
  const all = [...events, repeat?.boundsPeriod ? period(repeat.boundsPeriod) : undefined].filter(
    (one) => one !== undefined,
  );
  if (all.length === 0) return undefined;
  return { low: Math.min(...all.map(({ low }) => low)), high: Math.max(...all.map(({ high }) => high)) };
}

/** `ap` reaches a tenth of the distance from now to the date on both sides. */
const APPROXIMATELY = 0.1;

/** Most dates of health care are days or times; of those it is known about where they begin when it is known where they end. */
const DAY = 86_400_000;

/** Given by month or year, or a period of more than a day. */
export function isLongDate({ low, high }: Range): boolean {
  return high - low > DAY;
}

/** Two kinds of rows, of which one has to fulfil the test: any date may be found as the first, and a long one as the second. */
export interface DateTest {
  readonly date: RangeTest;
  readonly 'date-long': RangeTest;
}

/** Undefined if the text is no date. A plus sign that a form decoder made a space is taken for one. */
export function dateQuery(prefix: Prefix, text: string, now: number): DateTest | undefined {
  const range = dateRange(text.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (!range) return undefined;
  const test = dateTest(prefix, range, now);
  return { date: { ...test, implied: impliedByDay(test) }, 'date-long': { ...test, implied: impliedByEnd(test) } };
}

/** low < high, so what bounds the end from above bounds the beginning. */
function impliedByEnd({ any, comparisons }: RangeTest): Comparison[] {
  const ends = comparisons.map((one) => (one.is.startsWith('<') ? one.value : Number.POSITIVE_INFINITY));
  const end = any ? Math.max(...ends) : Math.min(...ends);
  return Number.isFinite(end) ? [{ of: 'low', is: '<', value: end }] : [];
}

/** And high <= low + a day, so what bounds the end from below does too. */
function impliedByDay(test: RangeTest): Comparison[] {
  const starts = test.comparisons.map(({ of, is, value }) => {
    if (is.startsWith('<')) return Number.NEGATIVE_INFINITY;
    return of === 'high' ? value - DAY : value;
  });
  const start = test.any ? Math.min(...starts) : Math.max(...starts);
  const implied = impliedByEnd(test);
  return Number.isFinite(start) ? [...implied, { of: 'low', is: '>=', value: start }] : implied;
}

function dateTest(prefix: Prefix, { low, high }: Range, now: number): RangeTest {
  switch (prefix) {
    case 'eq':
      return within(low, high);
    case 'ne':
      return outside(low, high);
    case 'gt':
      return above('high', '>', high);
    case 'lt':
      return below('low', '<', low);
    case 'ge':
      return {
        any: true,
        comparisons: [...above('high', '>', high).comparisons, ...above('low', '>=', low).comparisons],
      };
    case 'le':
      return {
        any: true,
        comparisons: [...below('low', '<', low).comparisons, ...below('high', '<=', high).comparisons],
      };
    case 'sa':
      return above('low', '>=', high);
    case 'eb':
      return below('high', '<=', low);
    case 'ap': {
      const margin = APPROXIMATELY * Math.abs(now - low);
      return overlap(low - margin, high + margin);
    }
  }
}
