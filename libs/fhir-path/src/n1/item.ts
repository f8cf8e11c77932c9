// FHIRPath N1, section "FHIR-specific: using FHIR types in expressions": https://hl7.org/fhir/R4/fhirpath.html#types
import {
  isAbstractResource,
  isSubtype,
  isType,
  children as modelChildren,
  type Place,
  placeAt,
  typeName,
} from '../model.js';

/** An element of a resource. A primitive may have a sibling `_name`, and may be nothing but that. */
export interface Node {
  readonly value: unknown;
  readonly sibling?: unknown;
  readonly kind: Kind;
}

/** A value of the language itself. A date or time in a literal is a Moment. */
export type Item = Node | Moment | string | number | boolean;

export class Moment {
  constructor(readonly text: string) {}
}

interface Way {
  readonly property: string;
  /** `_name`, where the id and extensions of a primitive stand; no other type has one. */
  readonly sibling: string | undefined;
  readonly kind: Kind;
}

/** A type, or the place of an element with children of its own, and where its children lead. */
export class Kind {
  private readonly ways = new Map<string, readonly Way[]>();
  private readonly members = new Map<string, Kind>();
  readonly isResource: boolean;

  constructor(readonly place: Place) {
    this.isResource = isSubtype(place.type, 'Resource');
  }

  get type(): string {
    return this.place.type;
  }

  /** The JSON properties that an element name means, with what stands there. */
  named(name: string): readonly Way[] {
    let found = this.ways.get(name);
    if (!found) {
      found = modelChildren(this.place, name).map(({ property, type, path }) => ({
        property,
        sibling: /^[a-z]/.test(type) ? `_${property}` : undefined,
        kind: kindOf({ type, path }),
      }));
      // Paths of patches come from clients: only names that mean something are kept.
      if (found.length > 0) this.ways.set(name, found);
    }
    return found;
  }

  /** What stands under a JSON property. */
  member(property: string): Kind {
    let kind = this.members.get(property);
    if (!kind) {
      const place = modelChildren(this.place, property).find((child) => child.property === property);
      kind = place ? kindOf({ type: place.type, path: place.path }) : UNKNOWN;
      // Names come from documents: only those that mean something are kept.
      if (place) this.members.set(property, kind);
    }
    return kind;
  }
}

const kinds = new Map<string, Kind>();

/** One Kind for each place. */
export function kindOf(place: Place): Kind {
  const key = `${place.type} ${place.path}`;
  let kind = kinds.get(key);
  if (!kind) {
    kind = new Kind(place);
    if (isType(place.type)) kinds.set(key, kind);
  }
  return kind;
}

/** The Kind of a type (`Patient`, `HumanName`) or a definition path (`Observation.component`). */
export function kindAt(path: string): Kind {
  const known = byPath.get(path);
  if (known) return known;
  const kind = kindOf(placeAt(path));
  // Names come from documents too: only those of definitions are kept.
  if (isType(kind.type)) byPath.set(path, kind);
  return kind;
}

const byPath = new Map<string, Kind>();

const UNKNOWN = kindOf({ type: 'Element', path: 'Element' });

/** A resource as a node; its own type is in `resourceType`. */
export function resourceNode(value: object): Node {
  const { resourceType } = value as { resourceType?: unknown };
  return { value, kind: kindAt(typeof resourceType === 'string' ? resourceType : 'Resource') };
}

export function isNode(item: Item): item is Node {
  return typeof item === 'object' && !(item instanceof Moment);
}

/** The children of that name, appended. */
export function pushNamed(node: Node, name: string, into: Item[]): void {
  for (const { property, kind } of node.kind.named(name)) pushProperty(node, property, kind, into);
}

/** Whether anything stands at the end of a path of names; nothing is made for it. */
export function hasPath({ value, sibling, kind }: Node, names: readonly string[], at = 0): boolean {
  const holder = isObject(value) ? value : isObject(sibling) ? sibling : undefined;
  if (!holder) return false;
  for (const { property, kind: inner } of kind.named(names[at]!)) {
    if (hasBelow(holder[property], inner, names, at + 1)) return true;
    if (holder[`_${property}`] !== undefined && hasBelow(holder[`_${property}`], inner, names, at + 1)) return true;
  }
  return false;
}

function hasBelow(value: unknown, kind: Kind, names: readonly string[], at: number): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.some((each) => hasBelow(each, kind, names, at));
  if (at === names.length) return true;
  if (!isObject(value)) return false;
  return hasPath(isAbstractResource(kind.type) ? resourceNode(value) : { value, kind }, names, at);
}

/** All children, appended in the order of the document. */
export function pushChildren(node: Node, into: Item[]): void {
  if (isObject(node.value)) pushMembers(node, node.value, into);
  if (isObject(node.sibling)) pushMembers(node, node.sibling, into);
}

function pushMembers({ kind }: Node, value: Record<string, unknown>, into: Item[]): void {
  for (const name in value) {
    const property = name.startsWith('_') ? name.slice(1) : name;
    const isTold = property === 'resourceType' && kind.isResource;
    const isTwice = property !== name && property in value;
    if (!isTold && !isTwice) pushProperty({ value, kind }, property, kind.member(property), into);
  }
}

function pushProperty(node: Node, property: string, kind: Kind, into: Item[]): void {
  const own = holderOf(node, property);
  if (!own) return;
  const value = own[property];
  const sibling = own[`_${property}`];
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) pushOne(value[index], itemOf(sibling, index), kind, into);
  } else if (Array.isArray(sibling)) {
    for (const each of sibling) pushOne(undefined, each, kind, into);
  } else pushOne(value, sibling, kind, into);
}

/** The id and extensions of a primitive stand in its sibling. */
function holderOf({ value, sibling }: Node, property: string): Record<string, unknown> | undefined {
  if (isObject(value)) return value;
  return isObject(sibling) && (property === 'extension' || property === 'id') ? sibling : undefined;
}

function itemOf(list: unknown, index: number): unknown {
  return Array.isArray(list) ? list[index] : undefined;
}

function pushOne(value: unknown, sibling: unknown, kind: Kind, into: Item[]): void {
  const isNothing = value === undefined || value === null;
  if (isNothing && (sibling === undefined || sibling === null)) return;
  if (isAbstractResource(kind.type) && isObject(value)) into.push(resourceNode(value));
  else if (isNothing) into.push({ value: undefined, sibling, kind });
  else into.push(sibling === undefined || sibling === null ? { value, kind } : { value, sibling, kind });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether an item is of a type: `FHIR.` and `System.` may stand before it. A FHIR primitive is of its System type too. */
export function isOfType(item: Item, name: string): boolean {
  const dot = name.indexOf('.');
  const bare = dot < 0 ? name : name.slice(dot + 1);
  if (isNode(item)) return isSubtype(item.kind.type, typeName(bare));
  const lower = bare.charAt(0).toLowerCase() + bare.slice(1);
  if (item instanceof Moment) return /^(?:date|dateTime|time)$/.test(lower);
  if (typeof item === 'number') return lower === 'decimal' || (lower === 'integer' && Number.isInteger(item));
  return typeof item === lower;
}
