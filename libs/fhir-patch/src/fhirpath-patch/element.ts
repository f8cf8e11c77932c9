// FHIR R4 json.html: an element in JSON is a value under its name, and of a primitive the id and extensions under `_name`.
import { ArrayTree, type ObjectTree, type Tree } from '../tree/tree.js';
import type { Work } from '../work.js';

/** JSON of one element: its value, what stands beside it under `_name`, or both. */
export interface Part {
  readonly value?: Tree;
  readonly sibling?: Tree;
}

/** Whether there is an element of that name. */
export function isThere(owner: ObjectTree, name: string): boolean {
  return owner.has(name) || owner.has(`_${name}`);
}

/** How many elements a list has. */
export function lengthOf(owner: ObjectTree, name: string, work: Work): number {
  return Math.max(listIn(owner, name, work)?.length ?? 0, listIn(owner, `_${name}`, work)?.length ?? 0);
}

/** Puts an element that does not repeat. */
export function put(owner: ObjectTree, name: string, { value, sibling }: Part): void {
  setOrDelete(owner, name, value);
  setOrDelete(owner, `_${name}`, sibling);
}

/** Puts an element in the place of another, under a name that may be a different one: `deceasedDateTime` for `deceasedBoolean`. */
export function exchange(owner: ObjectTree, from: string, to: string, part: Part): void {
  if (from !== to) {
    for (const prefix of ['', '_']) owner.rename(prefix + from, prefix + to);
  }
  put(owner, to, part);
}

/** Puts an element into a list, which is made if there is none. */
export function insert(owner: ObjectTree, name: string, index: number, { value, sibling }: Part, work: Work): void {
  const length = lengthOf(owner, name, work);
  insertOne(owner, name, { index, length }, value, work);
  insertOne(owner, `_${name}`, { index, length }, sibling, work);
}

/** Replaces an element of a list. */
export function replace(owner: ObjectTree, name: string, index: number, { value, sibling }: Part, work: Work): void {
  const length = lengthOf(owner, name, work);
  replaceOne(owner, name, { index, length }, value, work);
  replaceOne(owner, `_${name}`, { index, length }, sibling, work);
}

/** Takes an element out of a list; no list of nothing is left. */
export function remove(owner: ObjectTree, name: string, index: number, work: Work): Part {
  const value = removeOne(owner, name, index, work);
  const sibling = removeOne(owner, `_${name}`, index, work);
  return { ...(value === undefined ? {} : { value }), ...(sibling === undefined ? {} : { sibling }) };
}

function setOrDelete(owner: ObjectTree, name: string, value: Tree | undefined): void {
  if (value === undefined) owner.delete(name);
  else owner.set(name, value);
}

interface Place {
  readonly index: number;
  /** Of the list before. */
  readonly length: number;
}

function insertOne(
  owner: ObjectTree,
  name: string,
  { index, length }: Place,
  value: Tree | undefined,
  work: Work,
): void {
  const list = listFor(owner, name, length, value, work);
  list?.insert(index, value ?? 'null', work);
}

function replaceOne(
  owner: ObjectTree,
  name: string,
  { index, length }: Place,
  value: Tree | undefined,
  work: Work,
): void {
  const list = listFor(owner, name, length, value, work);
  list?.set(index, value ?? 'null');
  dropIfEmpty(owner, name, list);
}

/** The list, as long as it must be; made if there is something to put into it. */
function listFor(owner: ObjectTree, name: string, length: number, value: Tree | undefined, work: Work) {
  const known = listIn(owner, name, work);
  if (!known && value === undefined) return undefined;
  work.spend(length);
  const list = known ?? ArrayTree.ofNulls(length);
  while (list.length < length) list.insert(list.length, 'null', work);
  if (!known) owner.set(name, list);
  return list;
}

function removeOne(owner: ObjectTree, name: string, index: number, work: Work): Tree | undefined {
  const list = listIn(owner, name, work);
  const removed = list?.delete(index, work);
  dropIfEmpty(owner, name, list);
  return removed === 'null' ? undefined : removed;
}

function dropIfEmpty(owner: ObjectTree, name: string, list: ArrayTree | undefined): void {
  if (list?.isAllNull) owner.delete(name);
}

function listIn(owner: ObjectTree, name: string, work: Work): ArrayTree | undefined {
  const list = owner.open(name, work);
  return list instanceof ArrayTree ? list : undefined;
}
