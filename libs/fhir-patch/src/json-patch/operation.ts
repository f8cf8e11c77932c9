// RFC 6902 section 3 and 4: a JSON Patch document and its operations.
import type { JsonDocument } from '#libs/fhir-json';
import { malformed } from '../patch-error.js';
import { ArrayTree, ObjectTree, opened, type Tree, textOf } from '../tree/tree.js';
import type { Work } from '../work.js';
import { tokensOf } from './pointer.js';

/** `value` is JSON text as it stands in the patch. */
export type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string[]; readonly value: string }
  | { readonly op: 'remove'; readonly path: string[] }
  | { readonly op: 'move' | 'copy'; readonly path: string[]; readonly from: string[] };

/** The operations of a patch, not yet looked at. @throws PatchError `malformed`. */
export function operationsOf(patch: JsonDocument, work: Work): ArrayTree {
  const list = opened(patch.text, work);
  if (!(list instanceof ArrayTree)) throw malformed('A JSON Patch is an array of operations');
  return list;
}

/** One operation. @throws PatchError `malformed`. */
export function operationIn(list: ArrayTree, index: number, work: Work): Operation {
  return operation(list.open(index, work) as Tree, work);
}

function operation(tree: Tree, work: Work): Operation {
  if (!(tree instanceof ObjectTree)) throw malformed('an operation is an object');
  const op = stringOf(tree, 'op', work);
  const path = tokensOf(stringOf(tree, 'path', work));
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      return { op, path, value: valueIn(tree, work) };
    case 'remove':
      return { op, path };
    case 'move':
    case 'copy':
      return { op, path, from: tokensOf(stringOf(tree, 'from', work)) };
    default:
      throw malformed('its op is none of add, remove, replace, move, copy and test');
  }
}

function stringOf(tree: ObjectTree, name: string, work: Work): string {
  const value = tree.open(name, work);
  if (typeof value !== 'string' || value[0] !== '"') throw malformed(`it needs ${name}, which is a string`);
  return JSON.parse(value) as string;
}

function valueIn(tree: ObjectTree, work: Work): string {
  const value = tree.open('value', work);
  if (value === undefined) throw malformed('it needs a value');
  return textOf(value);
}
