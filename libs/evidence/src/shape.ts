// Strict reading of JSON formats of ours: exactly the members that the format names, each of its one type
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { fromBase64 } from '#libs/merkle';
import { FormatError } from './format-error.js';

/** The object `value`, with all `required` members, perhaps `optional` ones, and no other. */
export function object(
  value: JsonValue | undefined,
  name: string,
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FormatError(`${name} is no object`);
  const missing = required.find((member) => !Object.hasOwn(value, member));
  if (missing !== undefined) throw new FormatError(`${name} lacks ${missing}`);
  const unknown = Object.keys(value).find((member) => !required.includes(member) && !optional.includes(member));
  if (unknown !== undefined) throw new FormatError(`${name} has the unknown member ${JSON.stringify(unknown)}`);
  return value;
}

export function list<T>(value: JsonValue | undefined, name: string, each: (item: JsonValue, name: string) => T): T[] {
  if (!Array.isArray(value)) throw new FormatError(`${name} is no list`);
  return value.map((item, i) => each(item, `${name}[${i}]`));
}

/** A text that is not empty. */
export function text(value: JsonValue | undefined, name: string): string {
  if (typeof value !== 'string' || value === '') throw new FormatError(`${name} is no text`);
  return value;
}

/** The text or, where the member is absent, undefined. */
export function optionalText(value: JsonValue | undefined, name: string): string | undefined {
  return value === undefined ? undefined : text(value, name);
}

export function count(value: JsonValue | undefined, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new FormatError(`${name} is no whole number`);
  }
  return value;
}

/** Bytes in canonical base64, `length` of them where it is given. */
export function bytes(value: JsonValue | undefined, name: string, length?: number): Buffer {
  const decoded = typeof value === 'string' ? fromBase64(value) : undefined;
  if (decoded === undefined) throw new FormatError(`${name} is no canonical base64`);
  if (length !== undefined && decoded.length !== length) throw new FormatError(`${name} has not ${length} bytes`);
  return decoded;
}

/** `value` without the members that are undefined: JSON has no such thing. */
export function present(value: Record<string, JsonValue | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter((member): member is [string, JsonValue] => member[1] !== undefined),
  );
}
