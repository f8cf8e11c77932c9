// FHIR R4 fhirpatch.html: the parameters of one operation.
import type { JsonDocument } from '#libs/fhir-json';
import { malformed } from '../patch-error.js';
import { ArrayTree, ObjectTree, opened, type Tree } from '../tree/tree.js';
import type { Work } from '../work.js';

/** `value` is the parameter that holds it. */
export type Operation =
  | { readonly type: 'add'; readonly path: string; readonly name: string; readonly value: ObjectTree }
  | { readonly type: 'insert'; readonly path: string; readonly index: number; readonly value: ObjectTree }
  | { readonly type: 'delete'; readonly path: string }
  | { readonly type: 'replace'; readonly path: string; readonly value: ObjectTree }
  | { readonly type: 'move'; readonly path: string; readonly source: number; readonly destination: number };

const PARTS: Readonly<Record<Operation['type'], readonly string[]>> = {
  add: ['type', 'path', 'name', 'value'],
  insert: ['type', 'path', 'index', 'value'],
  delete: ['type', 'path'],
  replace: ['type', 'path', 'value'],
  move: ['type', 'path', 'source', 'destination'],
};

/** The parameters of a patch, not yet looked at; undefined if there are none. @throws PatchError `malformed`. */
export function parametersOf(patch: JsonDocument, work: Work): ArrayTree | undefined {
  const resource = opened(patch.text, work);
  if (!(resource instanceof ObjectTree) || resource.open('resourceType', work) !== '"Parameters"') {
    throw malformed('A FHIRPath Patch is a Parameters resource');
  }
  const list = resource.open('parameter', work);
  if (list !== undefined && !(list instanceof ArrayTree)) throw malformed('The parameters are no array');
  return list;
}

/** One operation. @throws PatchError `malformed`. */
export function operationIn(list: ArrayTree, index: number, work: Work): Operation {
  const parameter = list.open(index, work) as Tree;
  if (!(parameter instanceof ObjectTree) || parameter.open('name', work) !== '"operation"') {
    throw malformed('its parameter is not named operation');
  }
  const parts = new Parts(parameter, work);
  const type = parts.string('type') as Operation['type'];
  if (!Object.hasOwn(PARTS, type)) throw malformed('its type is none of add, insert, delete, replace and move');
  parts.requireOnly(PARTS[type]);
  return operation(type, parts);
}

function operation(type: Operation['type'], parts: Parts): Operation {
  const path = parts.string('path');
  switch (type) {
    case 'add':
      return { type, path, name: parts.string('name'), value: parts.part('value') };
    case 'insert':
      return { type, path, index: parts.number('index'), value: parts.part('value') };
    case 'replace':
      return { type, path, value: parts.part('value') };
    case 'move':
      return { type, path, source: parts.number('source'), destination: parts.number('destination') };
    default:
      return { type, path };
  }
}

/** The parts of one parameter by name. */
class Parts {
  private readonly parts = new Map<string, ObjectTree>();

  constructor(
    parameter: ObjectTree,
    private readonly work: Work,
  ) {
    for (const part of partsOf(parameter, work)) {
      const name = nameOf(part, work);
      if (this.parts.has(name)) throw malformed('it has a part twice');
      this.parts.set(name, part);
    }
  }

  requireOnly(names: readonly string[]): void {
    for (const name of this.parts.keys())
      if (!names.includes(name)) throw malformed('it has a part that its type does not know');
  }

  part(name: string): ObjectTree {
    const part = this.parts.get(name);
    if (!part) throw malformed(`it lacks the part ${name}`);
    return part;
  }

  string(name: string): string {
    const part = this.part(name);
    const value = part.open('valueString', this.work) ?? part.open('valueCode', this.work);
    if (typeof value !== 'string' || value[0] !== '"') throw malformed(`its part ${name} is no string or code`);
    return JSON.parse(value) as string;
  }

  number(name: string): number {
    const value = this.part(name).open('valueInteger', this.work);
    if (typeof value !== 'string' || !/^\d{1,9}$/.test(value)) throw malformed(`its part ${name} is no index`);
    return Number(value);
  }
}

/** The parts of a parameter or of a part. @throws PatchError `malformed`. */
export function partsOf(parameter: ObjectTree, work: Work): ObjectTree[] {
  const list = parameter.open('part', work);
  if (!(list instanceof ArrayTree)) throw malformed('it lacks parts');
  return Array.from({ length: list.length }, (_, index) => {
    const part = list.open(index, work);
    if (!(part instanceof ObjectTree)) throw malformed('a part is no object');
    return part;
  });
}

export function nameOf(part: ObjectTree, work: Work): string {
  const name = part.open('name', work);
  if (typeof name !== 'string' || name[0] !== '"') throw malformed('a part has no name');
  return JSON.parse(name) as string;
}
