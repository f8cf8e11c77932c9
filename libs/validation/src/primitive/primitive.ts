/** How values of one primitive type look in JSON. */
export interface Primitive {
  readonly json: 'string' | 'number' | 'boolean';
  /** True for a value of the right JSON type that is in the type's own syntax and range. */
  readonly check: (value: unknown) => boolean;
  /** What was expected, in words that end a sentence. */
  readonly expected: string;
}
