import { type Kind, type Node, resourceNode } from '#libs/fhir-path';
import { isMembers, type Members } from '../document/json.js';

/** An element of the document and where it stands. */
export interface Item extends Node {
  readonly at: string;
}

/** An element under another. Where it stands is worked out when somebody asks, for most are in order. */
class Child implements Item {
  constructor(
    readonly value: unknown,
    readonly sibling: unknown,
    readonly kind: Kind,
    private readonly owner: Item,
    private readonly property: string,
    private readonly index: number,
  ) {}

  get at(): string {
    const { owner, property, index } = this;
    const holder = isMembers(owner.value) ? owner.at : siblingPlace(owner.at);
    return index < 0 ? `${holder}/${property}` : `${holder}/${property}/${index}`;
  }
}

export function rootItem(value: Members, at: string): Item {
  return { ...resourceNode(value), at };
}

/** The children that an element name means: `component`, `value` of all types, each with its place in the document. */
export function childrenOf(item: Item, name: string): Item[] {
  const found: Item[] = [];
  const holder = isMembers(item.value) ? item.value : item.sibling;
  if (!isMembers(holder)) return found;
  for (const { property, sibling, kind } of item.kind.named(name)) {
    const value = holder[property];
    const beside = sibling === undefined ? undefined : holder[sibling];
    if (value !== undefined) pushProperty(value, beside, kind, item, property, found);
    else if (beside !== undefined) pushProperty(undefined, beside, kind, item, sibling!, found);
  }
  return found;
}

function pushProperty(value: unknown, sibling: unknown, kind: Kind, owner: Item, property: string, into: Item[]): void {
  if (!Array.isArray(value ?? sibling)) {
    pushOne(value, sibling, kind, owner, property, -1, into);
    return;
  }
  const values = Array.isArray(value) ? value : NONE;
  const siblings = Array.isArray(sibling) ? sibling : NONE;
  const length = Math.max(values.length, siblings.length);
  for (let index = 0; index < length; index++)
    pushOne(values[index], siblings[index], kind, owner, property, index, into);
}

const NONE: readonly unknown[] = [];

function pushOne(
  value: unknown,
  sibling: unknown,
  kind: Kind,
  owner: Item,
  property: string,
  index: number,
  into: Item[],
): void {
  if ((value ?? sibling ?? null) === null) return;
  const own = kind.isResource && isMembers(value) ? resourceNode(value).kind : kind;
  into.push(new Child(value ?? undefined, sibling, own, owner, property, index));
}

/** `/birthDate` as `/_birthDate`, `/given/0` as `/_given/0`. */
function siblingPlace(at: string): string {
  return at.replace(/\/_?([^/]+)((?:\/\d+)?)$/, '/_$1$2');
}
