/** What a resource puts into the index. Nothing occurs twice. Hashes are over the resource type, the element and the value. */
export interface IndexRows {
  /** Tokens, references, URIs, exact strings, pairs of those. */
  readonly hashes: bigint[];
  /** Normalised text, for prefixes. */
  readonly strings: { readonly param: bigint; readonly value: string }[];
  /** Dates: [low, high) in milliseconds since 1970 UTC. Numbers: low is the value, high - low half a unit of its last digit. */
  readonly ranges: { readonly param: bigint; readonly low: number; readonly high: number }[];
  /** One hash for each search parameter that has a value here; for `:missing`. */
  readonly present: bigint[];
}
