/** What is hashed of a value, after the type and the element: the kind of match, then its parts. The kind fixes their number. */
export type Term = readonly [kind: string, ...parts: string[]];

/** A text member of a JSON object that may be anything. */
export function textOf(object: unknown, name: string): string | undefined {
  if (typeof object !== 'object' || object === null) return undefined;
  const value = (object as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The members of an array, or the value alone; nothing for null and undefined. */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}
