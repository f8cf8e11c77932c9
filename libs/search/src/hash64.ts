/**
 * 64 bits of a keyed hash over a list of strings, as a signed integer; lists that differ, in length too, give unrelated
 * values. The key is the site's and stays outside.
 */
export type Hash64 = (...parts: string[]) => bigint;
