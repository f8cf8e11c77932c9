// FHIR R4, section 3.1.1 "Search", understood and turned into conditions on the index.

/** A comparison with one number of a range row. `least` is 2 * low - high: where the implied range of a number begins. */
export interface Comparison {
  readonly of: 'low' | 'high' | 'least';
  readonly is: '<' | '<=' | '>' | '>=';
  readonly value: number;
}

/** All comparisons hold, or with `any` at least one, on one and the same row. */
export interface RangeTest {
  readonly any?: boolean;
  readonly comparisons: readonly Comparison[];
  /** What `low` is besides, wherever the test holds; it changes no result, but an index can begin and end there. */
  readonly implied?: readonly Comparison[];
}

/**
 * What a row of the index, or a column of `version`, has to be. `single`: a resource has at most one value for all params
 * of the clause and at most one row for each, so that clauses over the same params speak of the same value.
 */
export type Condition =
  | { readonly on: 'hash'; readonly hash: bigint }
  | { readonly on: 'string'; readonly param: bigint; readonly match: 'prefix' | 'contains'; readonly value: string }
  | { readonly on: 'range'; readonly param: bigint; readonly test: RangeTest; readonly single: boolean }
  | { readonly on: 'present'; readonly param: bigint }
  /** There is no range row under any of them. */
  | { readonly on: 'no-range'; readonly params: readonly bigint[] }
  | { readonly on: 'id'; readonly id: string }
  /** One of the hashes, or the resource of that name itself. */
  | {
      readonly on: 'member';
      readonly hashes: readonly bigint[];
      readonly own?: { readonly type: string; readonly id: string };
    }
  | { readonly on: 'lastUpdated'; readonly test: RangeTest };

/** One parameter of the query: some condition holds (comma is OR), or with `not` none does. Clauses are joined by AND. */
export interface Clause {
  readonly name: string;
  readonly not: boolean;
  readonly anyOf: readonly Condition[];
}

/** Resources without a value come last, in both directions. `pid` is the order of time. */
export type SortKey =
  | { readonly by: 'pid' | 'id'; readonly descending: boolean }
  | { readonly by: 'range' | 'string'; readonly params: readonly bigint[]; readonly descending: boolean };

/** Where a page ended, in the words of the store: texts that it alone reads. */
export type Position = readonly (string | null)[];

export interface SearchRequest {
  /** Matches are of these types. */
  readonly types: readonly string[];
  /** The URL of the search, relative to the base, without the query. */
  readonly path: string;
  /** There are no matches unless this resource is there and may be shown: all are in its compartment. */
  readonly owner?: { readonly type: string; readonly id: string };
  readonly params: readonly Clause[];
  /** Matches per page; 0 with `summary`. */
  readonly count: number;
  /** Empty: newest first. */
  readonly sort: readonly SortKey[];
  readonly total: 'none' | 'estimate' | 'accurate';
  /** Only the number of matches is wanted: `_summary=count` or `_count=0`. */
  readonly summary?: 'count';
  /** Matches after this one only; from the cursor of a `next` link. */
  readonly after?: Position;
  /** Only the compartment of this patient. */
  readonly patientId?: string;
  /** hash64('Patient', id) of the one patient whose compartment all matches are in: by `patientId`, or by what is asked for. */
  readonly patient?: bigint;
  /** Name and value of each parameter that was understood, without the cursor, in the order given: for links and for the event. */
  readonly used: readonly (readonly [string, string])[];
  /** The value of `_cursor` that continues after a match. */
  nextCursor(position: Position): string;
}
