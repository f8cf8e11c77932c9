import { createHash } from 'node:crypto';
import type { Bind } from '#libs/consent';

/** A statement as pg takes it. Named ones are parsed and planned once per connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Builds a statement: `build` writes the text and binds each value where it needs it. */
export function statement(build: (bind: Bind) => string): Statement {
  const values: unknown[] = [];
  const text = build((value) => `$${values.push(value)}`);
  return { text, values };
}

/** For hot paths whose text takes few shapes: the text, and so the plan, is kept under a name. */
export function prepared(build: (bind: Bind) => string): Statement {
  const built = statement(build);
  return { ...built, name: nameOf(built.text) };
}

/**
 * SQL of an array to unnest. Its length is hidden from the planner: for an array that it sees it plans anew each time, because
 * the rows it counts are never those of the plan it has, and planning takes longer than the statement.
 */
export function list(array: string): string {
  return `(SELECT ${array})`;
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `hf_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  names.set(text, name);
  return name;
}
