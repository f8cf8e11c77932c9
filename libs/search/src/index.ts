export type { Hash64 } from './hash64.js';
export type { IndexRows } from './index-row.js';
export type { Clause, Comparison, Condition, Position, RangeTest, SearchRequest, SortKey } from './search-request.js';
