// RFC 6902 section 4.6: when two JSON values are equal.
import type { Work } from '../work.js';
import { sameNumber } from './same-number.js';
import { ArrayTree, ObjectTree, opened, type Tree, textOf } from './tree.js';

/** An escape is at most six characters for one. */
const LONGEST_ESCAPE = 6;

/** Whether two values are equal: objects whatever their order, numbers by value, strings by their characters. */
export function sameValue(a: Tree, b: Tree, work: Work): boolean {
  if (typeof a === 'string' && a === b) return true;
  const left = opened(a, work);
  const right = opened(b, work);
  if (left instanceof ObjectTree) return right instanceof ObjectTree && sameObject(left, right, work);
  if (left instanceof ArrayTree) return right instanceof ArrayTree && sameArray(left, right, work);
  return typeof right === 'string' && sameScalar(left, right, work);
}

function sameObject(a: ObjectTree, b: ObjectTree, work: Work): boolean {
  if (a.size !== b.size) return false;
  for (const name of b.names()) {
    const value = a.open(name, work);
    if (value === undefined || !sameValue(value, b.open(name, work) as Tree, work)) return false;
  }
  return true;
}

function sameArray(a: ArrayTree, b: ArrayTree, work: Work): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < b.length; index++) {
    if (!sameValue(a.open(index, work) as Tree, b.open(index, work) as Tree, work)) return false;
  }
  return true;
}

function sameScalar(a: string, b: string, work: Work): boolean {
  const kind = textOf(a)[0];
  if (kind === '"' && b[0] === '"') {
    if (a.length > LONGEST_ESCAPE * b.length || b.length > LONGEST_ESCAPE * a.length) return false;
    work.spend(a.length + b.length);
    return JSON.parse(a) === JSON.parse(b);
  }
  return isNumber(a) && isNumber(b) && sameNumber(a, b);
}

function isNumber(text: string): boolean {
  return /^[-0-9]/.test(text);
}
