import { type Item, type Node } from './item.js';

/** More steps than this are not made for one document. */
export class OutOfSteps extends Error {
  override readonly name = 'OutOfSteps';
}

/** What expressions may look at beside their focus. One is made for each document, and changed from focus to focus. */
export interface Environment {
  /** The resource that the focus is in, be it contained or an entry. */
  resource: Node;
  /** The same, or what contains it. */
  rootResource: Node;
  /** What the expression is evaluated on. */
  context: Item;
  index: number;
  total: readonly Item[];
  /** What paths from `%resource` selected, by the path made ready: constraints on each element of a list ask again and again. */
  readonly memo: Map<Run, readonly Item[]>;
  /** How much may still be done; each visit of an element takes one. */
  steps: number;
  /** What a reference points to, if it is within the document. */
  readonly resolve?: (reference: string) => Node | undefined;
  /** Whether a code, Coding or CodeableConcept is in a value set; undefined if that cannot be told. */
  readonly memberOf?: (item: Node, valueSet: string) => boolean | undefined;
}

/** An expression made ready: from what stands in focus to what it selects there. */
export type Run = (focus: readonly Item[], environment: Environment) => readonly Item[];

export const NOTHING: readonly Item[] = [];
export const TRUE: readonly Item[] = [true];
export const FALSE: readonly Item[] = [false];

export function answer(value: boolean | undefined): readonly Item[] {
  if (value === undefined) return NOTHING;
  return value ? TRUE : FALSE;
}

/** Takes steps from what is left. */
export function spend(environment: Environment, steps: number): void {
  environment.steps -= steps;
  if (environment.steps < 0) throw new OutOfSteps();
}
