// FHIR R4, section 2.6.2 "JSON Representation of Resources": which members an object has.
import type { Course } from '../course.js';
import { kind, quote } from '../words.js';
import { padding } from './padding.js';

/** The members that the objects of one type may have, as the generated code writes them. */
export interface ElementsOf {
  /** `Patient.contact` */
  readonly path: string;
  /** Members that stand for themselves, `_name` siblings included. */
  readonly single: readonly string[];
  /** Repeating primitives, by their name without underscore. */
  readonly padded: readonly string[];
  /** `value[x]`: at most one of its members, with its `_name` sibling. */
  readonly choices: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly members: readonly string[];
  }[];
  readonly required: readonly string[];
}

interface Use {
  /** What `elements` adds to its result when it meets the member. */
  readonly bit: number;
  /** There is more to it than that it is there. */
  readonly isSpecial: boolean;
  /** Index of the choice that the member belongs to; -1 for none. */
  readonly choice: number;
  /** Name of the repeating primitive that the member holds. */
  readonly padded?: string;
}

export interface ElementTable extends ElementsOf {
  readonly uses: ReadonlyMap<string, Use>;
}

/** A member that nothing is asked of here. */
function single(name: string): [string, Use] {
  return [name, { bit: memberBit(name), isSpecial: false, choice: -1 }];
}

/** One of thirty for a member by its name, and one for all `_name` siblings; the generated code is made with the same. */
export function memberBit(name: string): number {
  if (name.startsWith('_')) return 1 << 30;
  const { length } = name;
  return 1 << ((length * 7 + name.charCodeAt(0) * 3 + name.charCodeAt(length - 1)) % 30);
}

/** Prepares what `elements` looks up. */
export function elementTable(source: ElementsOf): ElementTable {
  const uses = new Map(source.single.map(single));
  for (const name of source.padded) {
    for (const each of [name, `_${name}`])
      uses.set(each, { bit: memberBit(each), isSpecial: true, choice: -1, padded: name });
  }
  source.choices.forEach(({ members }, choice) => {
    for (const name of members) uses.set(name, { bit: memberBit(name), isSpecial: true, choice });
  });
  return { ...source, uses };
}

/**
 * Is it an object, of known members only, with one of each choice, and with all that is required? Gives the bits of the members
 * that are there: a member whose bit is not among them is not.
 */
export function elements(course: Course, at: string, value: unknown, table: ElementTable): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    course.report('structure', at, `expected an object (${table.path}), found ${kind(value)}`);
    return 0;
  }
  const object = value as Record<string, unknown>;
  const chosen = table.choices.length === 0 ? NONE : [];
  let isEmpty = true;
  let seen = 0;
  for (const name in object) {
    isEmpty = false;
    const use = table.uses.get(name);
    if (use === undefined) unknown(course, at, name, table);
    else {
      seen |= use.bit;
      if (use.isSpecial) special(course, at, object, name, use, table, chosen);
    }
  }
  if (isEmpty) course.report('structure', at, 'an object must not be empty; leave the element out');
  else missing(course, at, object, table, chosen);
  return seen;
}

const NONE: string[] = [];

function special(
  course: Course,
  at: string,
  object: Record<string, unknown>,
  name: string,
  { padded, choice }: Use,
  table: ElementTable,
  chosen: string[],
): void {
  if (padded === undefined) choose(course, at, name, table, choice, chosen);
  else if (name === padded || !(padded in object)) padding(course, at, object, padded);
}

function unknown(course: Course, at: string, name: string, { path }: ElementTable): void {
  course.report('structure', at, `${quote(name)} is not an element of ${path}`);
}

/** Reports the second of two types once, not the third. */
function choose(course: Course, at: string, name: string, table: ElementTable, choice: number, chosen: string[]): void {
  const type = name.startsWith('_') ? name.slice(1) : name;
  const before = chosen[choice];
  if (before === undefined) chosen[choice] = type;
  else if (before !== type && before !== '') {
    course.report('structure', at, `${table.choices[choice]!.name} has one type only, found ${before} and ${type}`);
    chosen[choice] = '';
  }
}

function missing(
  course: Course,
  at: string,
  object: Record<string, unknown>,
  { path, required, choices }: ElementTable,
  chosen: readonly string[],
): void {
  for (const name of required) {
    if (object[name] === undefined && object[`_${name}`] === undefined) lack(course, at, path, name);
  }
  for (let choice = 0; choice < choices.length; choice++) {
    const { name, required: isRequired } = choices[choice]!;
    if (isRequired && chosen[choice] === undefined) lack(course, at, path, name);
  }
}

function lack(course: Course, at: string, path: string, name: string): void {
  course.report('required', at, `${path}.${name} is required and is not there`);
}
