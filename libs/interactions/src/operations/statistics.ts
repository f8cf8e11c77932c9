// http://terminology.hl7.org/CodeSystem/observation-statistics: figures over a list of numbers

type Statistic = (numbers: readonly number[], all: number) => number | undefined;

/** By code; of an empty list only the counts are defined. `numbers` are in ascending order; `all` counts what has no number as well. */
export const STATISTICS: Readonly<Record<string, Statistic>> = {
  average: mean,
  maximum: (numbers) => numbers.at(-1),
  minimum: (numbers) => numbers[0],
  count: (numbers) => numbers.length,
  'total-count': (_, all) => all,
  median: (numbers) => quantile(numbers, 0.5),
  sum: (numbers) => (numbers.length === 0 ? undefined : sum(numbers)),
  variance,
  'std-dev': (numbers) => root(variance(numbers)),
  '20-percent': (numbers) => quantile(numbers, 0.2),
  '80-percent': (numbers) => quantile(numbers, 0.8),
  '4-lower': (numbers) => quantile(numbers, 0.25),
  '4-upper': (numbers) => quantile(numbers, 0.75),
  '4-dev': (numbers) => half(difference(quantile(numbers, 0.75), quantile(numbers, 0.25))),
  '5-1': (numbers) => quantile(numbers, 0.2),
  '5-2': (numbers) => quantile(numbers, 0.4),
  '5-3': (numbers) => quantile(numbers, 0.6),
  '5-4': (numbers) => quantile(numbers, 0.8),
  skew: (numbers) => moment(numbers, 3),
  kurtosis: (numbers) => moment(numbers, 4),
};

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function mean(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : sum(numbers) / numbers.length;
}

/** Of a sample: over n - 1. */
function variance(numbers: readonly number[]): number | undefined {
  const middle = mean(numbers);
  if (middle === undefined || numbers.length < 2) return undefined;
  return sum(numbers.map((one) => (one - middle) ** 2)) / (numbers.length - 1);
}

/** Standardised central moment. */
function moment(numbers: readonly number[], power: number): number | undefined {
  const middle = mean(numbers);
  if (middle === undefined) return undefined;
  const spread = sum(numbers.map((one) => (one - middle) ** 2)) / numbers.length;
  if (spread === 0) return undefined;
  return sum(numbers.map((one) => (one - middle) ** power)) / numbers.length / spread ** (power / 2);
}

/** Between the two nearest where it falls between them. */
function quantile(numbers: readonly number[], part: number): number | undefined {
  const place = (numbers.length - 1) * part;
  const below = numbers[Math.floor(place)];
  const above = numbers[Math.ceil(place)];
  return below === undefined || above === undefined ? undefined : below + (above - below) * (place - Math.floor(place));
}

function root(square: number | undefined): number | undefined {
  return square === undefined ? undefined : Math.sqrt(square);
}

function difference(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one - other;
}

function half(whole: number | undefined): number | undefined {
  return whole === undefined ? undefined : whole / 2;
}
