// FHIR R4 fhirpatch.html: a value is a `value[x]`, a resource, or, of an element without a named type, parts.
import { structure } from '#libs/fhir-definitions';
import type { Kind } from '#libs/fhir-path';
import { malformed, unfit } from '../patch-error.js';
import { ObjectTree, type Tree, textOf } from '../tree/tree.js';
import type { Work } from '../work.js';
import { insert, isThere, lengthOf, type Part, put } from './element.js';
import { nameOf, partsOf } from './operation.js';
import { type Slot, slotFor, type ValueType } from './slot.js';

/** The type of the value in a parameter. @throws PatchError `malformed` if it has none, or several. */
export function typeOf(parameter: ObjectTree): ValueType {
  const [found, more] = valueNames(parameter);
  if (found === undefined || more !== undefined) throw malformed('a value is one value[x], one resource, or parts');
  if (found === 'part') return undefined;
  if (found === 'resource') return 'Resource';
  const name = found.slice('value'.length);
  const primitive = name.charAt(0).toLowerCase() + name.slice(1);
  return structure(primitive)?.kind === 'primitive-type' ? primitive : name;
}

/** The JSON of the value in a parameter, for an element of that kind. */
export function partOf(parameter: ObjectTree, kind: Kind, work: Work): Part {
  const [name = ''] = valueNames(parameter);
  if (name === 'part') return { value: assembled(parameter, kind, work) };
  return copyOf(parameter.open(name, work), parameter.open(`_${name}`, work));
}

/** Adds an element: at the end of a list, or where there is none yet. @throws PatchError if there is one. */
export function addTo(owner: ObjectTree, slot: Slot, parameter: ObjectTree, work: Work): void {
  const { property, alternatives, kind, repeats } = slot;
  const part = partOf(parameter, kind, work);
  if (repeats) insert(owner, property, lengthOf(owner, property, work), part, work);
  else if (alternatives.some((name) => isThere(owner, name))) throw unfit('there is such an element already');
  else put(owner, property, part);
}

function valueNames(parameter: ObjectTree): string[] {
  const names = Array.from(parameter.names(), (name) => (name.startsWith('_value') ? name.slice(1) : name));
  return [...new Set(names)].filter((name) => /^(?:value[A-Z]|resource$|part$)/.test(name));
}

/** An element without a named type, from its parts. */
function assembled(parameter: ObjectTree, kind: Kind, work: Work): ObjectTree {
  const element = new ObjectTree();
  for (const part of partsOf(parameter, work)) {
    addTo(element, slotFor(kind, nameOf(part, work), typeOf(part)), part, work);
  }
  return element;
}

function copyOf(value: Tree | undefined, sibling: Tree | undefined): Part {
  return {
    ...(value === undefined ? {} : { value: textOf(value) }),
    ...(sibling === undefined ? {} : { sibling: textOf(sibling) }),
  };
}
