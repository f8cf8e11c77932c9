import type { Bind } from '#libs/consent';
import { integers } from './binary-array.js';

/** A list for each row of a statement. */
export interface Lists<T> {
  /** SQL expression over a row with its number `ord` from 1: this row's list, as an array of `type`. */
  column(encode: (all: readonly T[]) => Buffer, type: string): string;
}

/**
 * Lists of different lengths for the rows of one statement. Postgres has no arrays of such: all go in one, with the places where
 * each begins and ends.
 */
export class Slices {
  constructor(private readonly bind: Bind) {}

  of<T>(lists: readonly (readonly T[])[]): Lists<T> {
    let end = 0;
    const ends = [0, ...lists.map((list) => (end += list.length))];
    const bounds = `(${this.bind(integers(ends))}::integer[])`;
    const all = lists.flat() as T[];
    return {
      column: (encode, type) => `(${this.bind(encode(all))}::${type}[])[${bounds}[x.ord] + 1 : ${bounds}[x.ord + 1]]`,
    };
  }
}
