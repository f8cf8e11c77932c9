/** The request holds whatever it is. */
export const ANYTHING = null;

/** Says something that this version cannot evaluate. A rule with such a criterion permits nothing. */
export const NOT_UNDERSTOOD = undefined;

/** A list of which one must match, or one of the two above. */
export type Criterion<T> = readonly T[] | typeof ANYTHING | typeof NOT_UNDERSTOOD;
