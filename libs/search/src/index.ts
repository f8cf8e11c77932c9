export { CursorSeal } from './cursor.js';
export { dateRange, type Range } from './date-range.js';
export type { Hash64 } from './hash64.js';
export type { IndexRows } from './index-row.js';
export { indexRows } from './index-rows.js';
export { parseSearch, type SearchOptions } from './parse-search.js';
export { patientsOf } from './patients-of.js';
export { referrerHashes } from './referrer-hashes.js';
export type { Clause, Comparison, Condition, Position, RangeTest, SearchRequest, SortKey } from './search-request.js';
