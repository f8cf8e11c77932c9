/** A JSON object whose members may be anything. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of what should be a list of objects; whatever else is there is passed over. */
export function objects(value: unknown): Members[] {
  return Array.isArray(value) ? value.filter(isMembers) : [];
}

/** The objects of a list, each with its place in it. */
export function placed(value: unknown): [index: number, object: Members][] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each, index): [number, Members][] => (isMembers(each) ? [[index, each]] : []));
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
