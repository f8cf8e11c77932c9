/** Row ids from `first` to `last`, all of them. */
export interface IdRange {
  readonly first: number;
  readonly last: number;
}

/** Ascending, apart from each other. */
export type IdRanges = readonly IdRange[];

/** Ascending ids, 8 bytes each as Postgres sends them, as ranges. */
export function rangesOf(ids: Buffer): IdRange[] {
  const ranges: { first: number; last: number }[] = [];
  let current: { first: number; last: number } | undefined;
  for (let at = 0; at < ids.length; at += 8) {
    const id = ids.readUInt32BE(at) * 2 ** 32 + ids.readUInt32BE(at + 4);
    if (current !== undefined && current.last + 1 === id) {
      current.last = id;
      continue;
    }
    current = { first: id, last: id };
    ranges.push(current);
  }
  return ranges;
}

/** How many ids there are. */
export function countOf(ranges: IdRanges): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** Those ids that are below `end`. */
export function below(ranges: IdRanges, end: number): IdRange[] {
  return ranges.filter(({ first }) => first < end).map(({ first, last }) => ({ first, last: Math.min(last, end - 1) }));
}

/** The id at place `index` of them. Throws RangeError beyond the last. */
export function idAt(ranges: IdRanges, index: number): number {
  let rest = index;
  for (const { first, last } of ranges) {
    if (first + rest <= last) return first + rest;
    rest -= last - first + 1;
  }
  throw new RangeError('there are not so many ids');
}

/** As two columns for `unnest($1::bigint[], $2::bigint[])`. */
export function columnsOf(ranges: IdRanges): [firsts: number[], lasts: number[]] {
  return [ranges.map(({ first }) => first), ranges.map(({ last }) => last)];
}
