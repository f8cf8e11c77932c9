// FHIRPath N1, sections "Operations": equality, comparison, collections, boolean logic, math, string concatenation.
import { answer, NOTHING, type Run } from './environment.js';
import { isSubset } from './existence.js';
import type { Item } from './item.js';
import { PathSyntaxError } from './lexer.js';
import { distinct } from './selection.js';
import { compare, equal, numberOf, plain, textOf, truth } from './value.js';

type Operator = (left: Run, right: Run) => Run;

/** On both sides, whatever they are. */
function on(compute: (left: readonly Item[], right: readonly Item[]) => readonly Item[]): Operator {
  return (left, right) => (focus, environment) => compute(left(focus, environment), right(focus, environment));
}

function onNumbers(compute: (left: number, right: number) => number): Operator {
  return on((left, right) => {
    const one = numberOf(left);
    const other = numberOf(right);
    const result = one === undefined || other === undefined ? Number.NaN : compute(one, other);
    return Number.isFinite(result) ? [result] : NOTHING;
  });
}

function ordering(holds: (order: number) => boolean): Operator {
  return on((left, right) => {
    if (left.length !== 1 || right.length !== 1) return NOTHING;
    const order = compare(left[0]!, right[0]!);
    return order === undefined || Number.isNaN(order) ? NOTHING : answer(holds(order));
  });
}

/** Three-valued; the right side is not looked at when the left one decides. */
function logic(decides: (left: boolean | undefined) => boolean | undefined, join: Join): Operator {
  return (left, right) => (focus, environment) => {
    const one = truth(left(focus, environment));
    const early = decides(one);
    if (early !== undefined) return answer(early);
    return answer(join(one, truth(right(focus, environment))));
  };
}

type Join = (left: boolean | undefined, right: boolean | undefined) => boolean | undefined;

const and: Join = (left, right) => {
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
};
const or: Join = (left, right) => {
  if (left === true || right === true) return true;
  return left === undefined || right === undefined ? undefined : false;
};
const xor: Join = (left, right) => (left === undefined || right === undefined ? undefined : left !== right);
const implies: Join = (left, right) => (left === undefined ? or(right, undefined) : or(!left, right));

function negated(items: boolean | undefined): readonly Item[] {
  return items === undefined ? NOTHING : answer(!items);
}

function contains(all: readonly Item[], one: readonly Item[]): readonly Item[] {
  return one.length === 0 ? NOTHING : answer(isSubset(one, all));
}

function same(left: readonly Item[], right: readonly Item[]): boolean {
  const fold = (items: readonly Item[]) => items.map((item) => foldCase(plain(item)));
  return left.length === right.length && JSON.stringify(fold(left)) === JSON.stringify(fold(right));
}

function foldCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase().replaceAll(/\s+/g, ' ').trim() : value;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  '=': on((left, right) => answer(equal(left, right))),
  '!=': on((left, right) => negated(equal(left, right))),
  '~': on((left, right) => answer(same(left, right))),
  '!~': on((left, right) => answer(!same(left, right))),
  '<': ordering((order) => order < 0),
  '<=': ordering((order) => order <= 0),
  '>': ordering((order) => order > 0),
  '>=': ordering((order) => order >= 0),
  '|': on((left, right) => distinct(left.length === 0 ? right : [...left, ...right])),
  '&': on((left, right) => [(textOf(left) ?? '') + (textOf(right) ?? '')]),
  '+': on(add),
  '-': onNumbers((left, right) => left - right),
  '*': onNumbers((left, right) => left * right),
  '/': onNumbers((left, right) => left / right),
  div: onNumbers((left, right) => Math.trunc(left / right)),
  mod: onNumbers((left, right) => left % right),
  in: on((left, right) => contains(right, left)),
  contains: on(contains),
  and: logic((left) => (left === false ? false : undefined), and),
  or: logic((left) => (left === true ? true : undefined), or),
  xor: logic(() => undefined, xor),
  implies: logic((left) => (left === false ? true : undefined), implies),
};

function add(left: readonly Item[], right: readonly Item[]): readonly Item[] {
  const one = numberOf(left);
  const other = numberOf(right);
  if (one !== undefined && other !== undefined) return [one + other];
  const start = textOf(left);
  const end = textOf(right);
  return start === undefined || end === undefined ? NOTHING : [start + end];
}

/** @throws PathSyntaxError for an operator that is not known. */
export function operation(operator: string, left: Run, right: Run): Run {
  const make = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!make) throw new PathSyntaxError(`there is no operator ${operator}`);
  return make(left, right);
}
