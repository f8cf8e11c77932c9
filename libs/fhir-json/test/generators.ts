import fc from 'fast-check';
import type { JsonValue } from '#libs/fhir-json';

/** Values that {@link parse} must accept: well-formed strings, no `__proto__`, and no -0, which has no text of its own. */
export const json: fc.Arbitrary<JsonValue> = fc
  .jsonValue({ maxDepth: 6 })
  .filter((value) => JSON.stringify(value).isWellFormed() && !JSON.stringify(value).includes('__proto__'))
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

/** Names that an object may have. */
export const name: fc.Arbitrary<string> = fc
  .string({ unit: 'grapheme' })
  .filter((text) => text.isWellFormed() && text !== '__proto__');
