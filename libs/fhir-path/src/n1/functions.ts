import type { Run } from './environment.js';
import type { Tree } from './syntax.js';

/** A function of the language: what is called on, and the arguments, made ready. */
export type Make = (subject: Run, argumentRuns: readonly Run[], trees: readonly Tree[]) => Run;

/** A function, and how many arguments it takes at least and at most. */
export interface PathFunction {
  readonly least: number;
  readonly most: number;
  readonly make: Make;
}

export function taking(least: number, most: number, make: Make): PathFunction {
  return { least, most, make };
}
