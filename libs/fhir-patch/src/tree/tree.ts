// RFC 8259: a JSON value of which only what is looked into is taken apart, so that everything else stays as it was written.
import { elements, members } from '#libs/fhir-json';
import { unfit } from '../patch-error.js';
import type { Work } from '../work.js';

/** A JSON value: its text without white space, or what it was taken apart into. */
export type Tree = string | ObjectTree | ArrayTree;

/** The JSON text of a value. What was not changed is what it was, character for character. */
export function textOf(tree: Tree): string {
  return typeof tree === 'string' ? tree : tree.text();
}

/** Takes an object or an array apart; a scalar stays a text. */
export function opened(tree: Tree, work: Work): Tree {
  if (typeof tree !== 'string') return tree;
  if (tree[0] === '{') return ObjectTree.of(tree, work);
  return tree[0] === '[' ? ArrayTree.of(tree, work) : tree;
}

/** Names that are no element of FHIR and have meaning to JavaScript. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

interface Named {
  /** The name as it was written, in its quotes. */
  readonly literal: string;
  value: Tree;
}

export class ObjectTree {
  private members = new Map<string, Named>();

  static of(text: string, work: Work): ObjectTree {
    work.spend(text.length);
    const object = new ObjectTree();
    let end = 0;
    for (const member of members(text)) {
      const literal = text.slice(end + 1, member.start - 1);
      object.members.set(member.name, { literal, value: text.slice(member.start, member.end) });
      end = member.end;
    }
    return object;
  }

  get isEmpty(): boolean {
    return this.members.size === 0;
  }

  get size(): number {
    return this.members.size;
  }

  names(): Iterable<string> {
    return this.members.keys();
  }

  has(name: string): boolean {
    return this.members.has(name);
  }

  /** The value of that name, taken apart; it may be changed in place. */
  open(name: string, work: Work): Tree | undefined {
    const member = this.members.get(name);
    if (!member) return undefined;
    member.value = opened(member.value, work);
    return member.value;
  }

  /** Puts a value where that name is, or behind everything else. @throws PatchError for a name that must not be. */
  set(name: string, value: Tree): void {
    if (FORBIDDEN.has(name)) throw unfit('an element cannot have this name');
    const member = this.members.get(name);
    if (member) member.value = value;
    else this.members.set(name, { literal: JSON.stringify(name), value });
  }

  /** Gives a value another name in the same place; `to` is not there yet. */
  rename(from: string, to: string): void {
    const literal = JSON.stringify(to);
    this.members = new Map(
      [...this.members].map(([name, member]) =>
        name === from ? [to, { literal, value: member.value }] : [name, member],
      ),
    );
  }

  delete(name: string): Tree | undefined {
    const value = this.members.get(name)?.value;
    this.members.delete(name);
    return value;
  }

  text(): string {
    return `{${Array.from(this.members.values(), ({ literal, value }) => `${literal}:${textOf(value)}`).join(',')}}`;
  }
}

export class ArrayTree {
  private constructor(private readonly items: Tree[]) {}

  static of(text: string, work: Work): ArrayTree {
    work.spend(text.length);
    return new ArrayTree(Array.from(elements(text), ({ start, end }) => text.slice(start, end)));
  }

  /** An array of so many nulls. */
  static ofNulls(length: number): ArrayTree {
    return new ArrayTree(Array.from({ length }, () => 'null'));
  }

  get length(): number {
    return this.items.length;
  }

  get isAllNull(): boolean {
    return this.items.every((item) => item === 'null');
  }

  /** The element at an index, taken apart; it may be changed in place. */
  open(index: number, work: Work): Tree | undefined {
    const item = this.items[index];
    if (item === undefined) return undefined;
    const tree = opened(item, work);
    this.items[index] = tree;
    return tree;
  }

  set(index: number, value: Tree): void {
    this.items[index] = value;
  }

  insert(index: number, value: Tree, work: Work): void {
    work.spend(this.items.length - index);
    this.items.splice(index, 0, value);
  }

  delete(index: number, work: Work): Tree | undefined {
    if (index >= this.items.length) return undefined;
    work.spend(this.items.length - index);
    return this.items.splice(index, 1)[0];
  }

  text(): string {
    return `[${this.items.map(textOf).join(',')}]`;
  }
}
