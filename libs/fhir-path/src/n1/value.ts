// FHIRPath N1, sections "Singleton Evaluation of Collections", "Equality", "Comparison".
import { isDeepStrictEqual } from 'node:util';
import { type Item, isNode, Moment } from './item.js';

const TIMES = new Set(['date', 'dateTime', 'instant', 'time']);
const PARTS = /^(?:(\d{4})(?:-(\d\d)(?:-(\d\d))?)?)?(?:T?(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** The value itself: of an element its JSON value, of a literal date its text. */
export function plain(item: Item): unknown {
  if (isNode(item)) return item.value;
  return item instanceof Moment ? item.text : item;
}

/** The one value as text, undefined if there is none. */
export function textOf(items: readonly Item[]): string | undefined {
  const value = items.length === 0 ? undefined : plain(items[0]!);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function numberOf(items: readonly Item[]): number | undefined {
  const value = items.length === 0 ? undefined : plain(items[0]!);
  return typeof value === 'number' ? value : undefined;
}

/** One element that is no boolean counts as true, nothing as neither. */
export function truth(items: readonly Item[]): boolean | undefined {
  if (items.length === 0) return undefined;
  const value = plain(items[0]!);
  return items.length === 1 && typeof value === 'boolean' ? value : true;
}

/** Undefined where one side is empty, or dates differ in precision. */
export function equal(left: readonly Item[], right: readonly Item[]): boolean | undefined {
  if (left.length === 0 || right.length === 0) return undefined;
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    const same = equalItems(left[index]!, right[index]!);
    if (same !== true) return same;
  }
  return true;
}

export function equalItems(left: Item, right: Item): boolean | undefined {
  const one = plain(left);
  const other = plain(right);
  if (one === other) return one !== undefined || left === right;
  if (isMoment(left) && isMoment(right)) {
    const order = compareMoments(String(one), String(other));
    return order === undefined ? undefined : order === 0;
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  return isDeepStrictEqual(one, other);
}

/** Items that are equal have the same key. */
export function keyOf(item: Item): string {
  const value = plain(item);
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  let key = keys.get(value);
  if (key === undefined) {
    key = JSON.stringify(value, (_, inner: unknown) => (isPlain(inner) ? sorted(inner) : inner));
    keys.set(value, key);
  }
  return key;
}

/** The same codings are compared with each component of an Observation. */
const keys = new WeakMap<object, string>();

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Negative, zero or positive; undefined where that cannot be told. */
export function compare(left: Item, right: Item): number | undefined {
  const one = plain(left);
  const other = plain(right);
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (isMoment(left) || isMoment(right)) return compareMoments(String(one), String(other));
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : Number(one > other);
  return compareQuantities(one, other);
}

/** Quantities in the same unit; those in different ones are not converted here. */
function compareQuantities(left: unknown, right: unknown): number | undefined {
  const one = amount(left);
  const other = amount(right);
  return one === undefined || other === undefined || one.unit !== other.unit ? undefined : one.value - other.value;
}

function amount(value: unknown): { value: number; unit: string } | undefined {
  if (!isPlain(value)) return undefined;
  const { value: number, code, unit, system } = value as Record<string, unknown>;
  return typeof number === 'number' ? { value: number, unit: `${String(system)}|${String(code ?? unit)}` } : undefined;
}

function isMoment(item: Item): boolean {
  return isNode(item) ? TIMES.has(item.kind.type) : item instanceof Moment;
}

/** Compares as far as both are given; a difference in precision that matters leaves it open. */
export function compareMoments(left: string, right: string): number | undefined {
  const one = PARTS.exec(left);
  const other = PARTS.exec(right);
  if (!one || !other) return undefined;
  if (one[7] !== undefined && other[7] !== undefined) return Date.parse(whole(left)) - Date.parse(whole(right));
  for (let part = 1; part <= 6; part++) {
    if (one[part] !== other[part]) return compareParts(one[part], other[part]);
  }
  return one[7] === other[7] ? 0 : undefined;
}

function compareParts(left: string | undefined, right: string | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : Number(left) - Number(right);
}

/** A leap second, which Date does not read, as the one before. */
function whole(text: string): string {
  return text.replace(/:60(?=[.Z+-])/, ':59');
}
