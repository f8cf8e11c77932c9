// RFC 6902 section 4: where an operation works.
import { unfit } from '../patch-error.js';
import { ArrayTree, ObjectTree, opened, type Tree, textOf } from '../tree/tree.js';
import type { Work } from '../work.js';
import { indexOf } from './pointer.js';

/** A JSON document under change. All paths are tokens of a JSON Pointer. */
export class Target {
  private root: Tree;

  constructor(
    text: string,
    private readonly work: Work,
  ) {
    this.root = text;
  }

  text(): string {
    return textOf(this.root);
  }

  /** What is at a path. @throws PatchError if there is nothing. */
  get(path: readonly string[]): Tree {
    this.root = opened(this.root, this.work);
    let found: Tree | undefined = this.root;
    for (const token of path) found = found === undefined ? undefined : this.child(found, token);
    if (found === undefined) throw nothing();
    return found;
  }

  add(path: readonly string[], value: Tree): void {
    const [parent, last] = this.parent(path);
    if (parent === undefined) this.root = value;
    else if (parent instanceof ObjectTree) parent.set(last, value);
    else if (parent instanceof ArrayTree) parent.insert(place(last, parent.length), value, this.work);
    else throw nothing();
  }

  remove(path: readonly string[]): Tree {
    const [parent, last] = this.parent(path);
    if (parent === undefined) throw unfit('the whole document cannot be removed');
    const removed = this.removeFrom(parent, last);
    if (removed === undefined) throw nothing();
    return removed;
  }

  replace(path: readonly string[], value: Tree): void {
    const [parent, last] = this.parent(path);
    this.get(path);
    if (parent === undefined) this.root = value;
    else if (parent instanceof ObjectTree) parent.set(last, value);
    else (parent as ArrayTree).set(Number(last), value);
  }

  private parent(path: readonly string[]): [Tree | undefined, string] {
    const last = path.at(-1);
    return last === undefined ? [undefined, ''] : [this.get(path.slice(0, -1)), last];
  }

  private child(tree: Tree, token: string): Tree | undefined {
    if (tree instanceof ObjectTree) return tree.open(token, this.work);
    const index = indexOf(token);
    return tree instanceof ArrayTree && index !== undefined ? tree.open(index, this.work) : undefined;
  }

  private removeFrom(parent: Tree, token: string): Tree | undefined {
    if (parent instanceof ObjectTree) return parent.delete(token);
    const index = indexOf(token);
    return parent instanceof ArrayTree && index !== undefined ? parent.delete(index, this.work) : undefined;
  }
}

/** The index at which an element is added. */
function place(token: string, length: number): number {
  const index = token === '-' ? length : indexOf(token);
  if (index === undefined || index > length) throw unfit('there is no such place in the array');
  return index;
}

function nothing() {
  return unfit('there is nothing at its path');
}
