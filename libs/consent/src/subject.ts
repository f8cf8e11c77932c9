/** Binds a value as a parameter of the statement under construction and returns its placeholder, such as `$3`. */
export type Bind = (value: unknown) => string;

/** What is decided on, in SQL: a version that is stored, or the content of one that is about to be. */
export interface Subject {
  /** Text expression: the resource type. */
  readonly type: string;
  /** A FROM item named `c` with a bigint column `patient`, and the condition that joins it to the row in question. */
  readonly patients: { readonly from: string; readonly where: string };
}

/** The version of a row of `version`; its patients are the rows of `compartment` with the same pid. */
export function storedVersion(alias: string): Subject {
  return { type: `${alias}.type`, patients: { from: 'compartment c', where: `c.pid = ${alias}.pid` } };
}

/** Content that is not stored yet. `patients` is an SQL expression of type bigint[]. */
export function newContent(type: string, patients: string): Subject {
  return { type, patients: { from: `unnest(${patients}) AS c (patient)`, where: 'true' } };
}
