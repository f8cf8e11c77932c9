// FHIR R4 fhirpatch.html: FHIRPath Patch.
import type { JsonDocument } from '#libs/fhir-json';
import { told, unfit } from '../patch-error.js';
import { type PatchLimits, Work } from '../work.js';
import { exchange, insert, lengthOf, remove, replace } from './element.js';
import { addTo, partOf, typeOf } from './new-value.js';
import { type Operation, operationIn, parametersOf } from './operation.js';
import { ResourceTarget } from './resource-target.js';
import { choiceOf, slotFor } from './slot.js';

/**
 * The text of a resource with all operations of a Parameters resource applied in order. Everything that no operation touches is
 * as it was, numbers, escapes and the order of members included; values are put in as the parameters have them. Neither argument
 * is changed. Whether the result is a valid resource is for validation to say.
 *
 * A path names one element of this resource, by element names, indices and the functions that select (`where`, `ofType`, ...).
 * What a deletion leaves empty goes with it; to delete what is not there changes nothing.
 * @throws PatchError naming the first operation that cannot be applied.
 */
export function applyFhirPathPatch(document: JsonDocument, parameters: JsonDocument, limits?: PatchLimits): string {
  const work = new Work(limits);
  const target = new ResourceTarget(document.text, work);
  const operations = parametersOf(parameters, work);
  for (let index = 0; index < (operations?.length ?? 0); index++) {
    told(index, () => {
      work.operation();
      apply(operationIn(operations!, index, work), target, work);
    });
  }
  return target.text();
}

function apply(operation: Operation, target: ResourceTarget, work: Work): void {
  switch (operation.type) {
    case 'add':
      add(operation, target, work);
      break;
    case 'insert':
      insertAt(operation, target, work);
      break;
    case 'replace':
      replaceWith(operation, target, work);
      break;
    case 'move':
      move(operation, target, work);
      break;
    default:
      deleteAt(operation, target);
  }
}

type Of<T extends Operation['type']> = Operation & { type: T };

function add({ path, name, value }: Of<'add'>, target: ResourceTarget, work: Work): void {
  const element = target.one(path);
  const slot = slotFor(element.kind, name, typeOf(value));
  addTo(target.containerOf(element), slot, value, work);
}

function insertAt({ path, index, value }: Of<'insert'>, target: ResourceTarget, work: Work): void {
  const { owner, name } = target.collection(path);
  const slot = slotFor(owner.kind, name, typeOf(value));
  if (!slot.repeats) throw unfit('its path is that of no list');
  const container = target.containerOf(owner);
  if (index > lengthOf(container, slot.property, work)) throw unfit('its index is beyond the end of the list');
  insert(container, slot.property, index, partOf(value, slot.kind, work), work);
}

function deleteAt({ path }: Of<'delete'>, target: ResourceTarget): void {
  const found = target.atMostOne(path);
  if (!found) return;
  if (!found.location) throw unfit('the resource itself cannot be deleted');
  target.delete(found.location);
}

function replaceWith({ path, value }: Of<'replace'>, target: ResourceTarget, work: Work): void {
  const { location } = target.one(path);
  if (!location) throw unfit('the resource itself cannot be replaced');
  const { name, index } = location;
  const kind = target.kindOfOwner(location);
  const slot = slotFor(kind, choiceOf(kind, name), typeOf(value));
  const owner = target.ownerOf(location);
  const part = partOf(value, slot.kind, work);
  if (index === undefined) exchange(owner, name, slot.property, part);
  else replace(owner, name, index, part, work);
}

function move({ path, source, destination }: Of<'move'>, target: ResourceTarget, work: Work): void {
  const { owner, name } = target.collection(path);
  const container = target.containerOf(owner);
  const length = lengthOf(container, name, work);
  if (source >= length || destination >= length) throw unfit('its source or destination is beyond the end of the list');
  insert(container, name, destination, remove(container, name, source, work), work);
}
