/** How deep arguments and stored values may be nested; what is written today needs three. */
const DEEPEST = 8;

function isShallow(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return left > 0 && Object.values(value).every((one) => isShallow(one, left - 1));
}

/** Reads JSON on which functions that call themselves may work. Throws SyntaxError, also for what is nested too deep. */
export function shallowJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!isShallow(value, DEEPEST)) throw new SyntaxError('nested too deep');
  return value;
}
