import type { Position, SearchRequest } from '#libs/search';
import type { SearchRow } from './search-sql.js';

export interface SearchPage<Row> {
  readonly matches: Row[];
  /** Of each match: a page that ends with it goes on from there. */
  readonly positions: readonly Position[];
  /** Only if asked for. */
  readonly total?: number;
  /** Where the next page begins, if there is one: for `SearchRequest.nextCursor`. */
  readonly next?: Position;
  readonly time: bigint;
}

/** What the rows of the statement mean. */
export function searchPage<Row extends SearchRow>(
  { count, summary }: SearchRequest,
  rows: readonly Row[],
): SearchPage<Row> {
  const [head] = rows;
  if (!head) throw new Error('a search always returns a row');
  const found = rows.filter(({ position }) => position !== null);
  const matches = summary === 'count' ? [] : found.slice(0, count);
  const positions = matches.map(({ position }) => position as Position);
  const last = positions.at(-1);
  return {
    matches,
    positions,
    time: BigInt(head.time),
    ...(head.total === null ? {} : { total: Number(head.total) }),
    ...(last && found.length > count ? { next: last } : {}),
  };
}
