/** One value that an expression selects. */
export interface PathResult {
  /** The JSON value: an object for complex types, a string, number or boolean for primitives. */
  readonly value: unknown;
  /** Its FHIR type by the definitions: `CodeableConcept`, `dateTime`, `Reference`; of a resource its own type. */
  readonly type: string;
  /** The object or array that holds the value, and under which key: so that a number's lexeme can be looked up. */
  readonly holder?: object;
  readonly key?: string | number;
}

/**
 * Runs a compiled expression. `resource` is what paths start from; `root` is what `%resource` and contained references mean,
 * by default the same. What has not the shape that the definitions say is not selected.
 */
export type Extract = (resource: object, root?: object) => PathResult[];

/** One element of a resource that an expression selects; a union selects several. */
export interface Element {
  /**
   * Names what is selected: two elements of a type with equal keys select the same values. The path with choices under their
   * base name, filters, and the types selected, such as `component.value{Quantity,SampledData}`.
   */
  readonly key: string;
  /** The FHIR types a value can have. Empty where they are not known before evaluation. */
  readonly types: readonly string[];
  /** From a last `where(resolve() is X)`: the caller has to ask `referenceTarget`; `select` does not apply it. */
  readonly target?: string;
  /** The type or definition path (`Observation.component`) from which a relative expression can be compiled. */
  readonly context?: string;
  /** A resource has at most one value here, by the cardinalities of the definitions. */
  readonly single: boolean;
  readonly select: Extract;
}
