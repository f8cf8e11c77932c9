/** Any JSON value. Numbers are rounded to the nearest double; {@link JsonDocument.lexeme} has them as they were sent. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** A JSON object with the ordinary prototype: ask `Object.hasOwn` before trusting a name that came from outside. */
export interface JsonObject {
  [name: string]: JsonValue;
}

/** What {@link parse} found: the same JSON text as characters, as a value, and number by number. */
export interface JsonDocument {
  /** The text as sent but for white space outside strings: names, order, escapes and numbers are untouched. */
  text: string;
  value: JsonValue;
  /**
   * The number at `holder[key]` exactly as it was sent (`1.00`, `1e2`, twenty digits).
   * `holder` is an object or array inside `value`, by identity.
   * @throws TypeError when `holder[key]` is no number.
   */
  lexeme: (holder: object, key: string | number) => string;
}
