const LONGEST_QUOTE = 64;

/** A value at fault as JSON, cut where it is long; an object or an array only by its kind. */
export function quote(value: unknown): string {
  if (typeof value === 'object') return kind(value);
  if (typeof value !== 'string' || value.length <= LONGEST_QUOTE) return JSON.stringify(value);
  return `${JSON.stringify(value.slice(0, LONGEST_QUOTE).toWellFormed())}...`;
}

/** The JSON type of a value, with its article. */
export function kind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
