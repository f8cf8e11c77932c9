// RFC 6902: JSON Patch.
import type { JsonDocument } from '#libs/fhir-json';
import { malformed, PatchError, told, unfit } from '../patch-error.js';
import { sameValue } from '../tree/same-value.js';
import { textOf } from '../tree/tree.js';
import { type PatchLimits, Work } from '../work.js';
import { type Operation, operationIn, operationsOf } from './operation.js';
import { Target } from './target.js';

/**
 * The text of `document` with all operations of `patch` applied in order. Everything that no operation touches is as it was,
 * numbers, escapes and the order of members included; values are put in as the patch has them. Neither argument is changed.
 * @throws PatchError naming the first operation that cannot be applied; JsonError is for the caller, who parses the result.
 */
export function applyJsonPatch(document: JsonDocument, patch: JsonDocument, limits?: PatchLimits): string {
  const work = new Work(limits);
  const target = new Target(document.text, work);
  const operations = operationsOf(patch, work);
  for (let index = 0; index < operations.length; index++) {
    told(index, () => {
      work.operation();
      apply(operationIn(operations, index, work), target, work);
    });
  }
  return target.text();
}

function apply(operation: Operation, target: Target, work: Work): void {
  switch (operation.op) {
    case 'add':
      target.add(operation.path, operation.value);
      break;
    case 'remove':
      target.remove(operation.path);
      break;
    case 'replace':
      target.replace(operation.path, operation.value);
      break;
    case 'move':
      move(operation, target);
      break;
    case 'copy':
      target.add(operation.path, copied(operation.from, target, work));
      break;
    default:
      requireSame(operation, target, work);
  }
}

function requireSame({ path, value }: { path: string[]; value: string }, target: Target, work: Work): void {
  if (!sameValue(target.get(path), value, work)) throw new PatchError('test', 'its test does not hold');
}

function move({ from, path }: { from: string[]; path: string[] }, target: Target): void {
  const within = from.every((token, index) => token === path[index]);
  if (within && from.length < path.length) throw malformed('nothing can be moved into itself');
  if (within) target.get(from);
  else if (from.length === 0) throw unfit('the whole document cannot be removed');
  else target.add(path, target.remove(from));
}

function copied(from: readonly string[], target: Target, work: Work): string {
  const text = textOf(target.get(from));
  work.spend(text.length);
  return text;
}
