import { type Kind, type Node, resourceNode } from '#libs/fhir-path';
import { isMembers, type Members } from '../document/json.js';

/** An element of the document and where it stands. */
export interface Item extends Node {
  readonly at: string;
}

export function rootItem(value: Members, at: string): Item {
  return { ...resourceNode(value), at };
}

/** The children that an element name means: `component`, `value` of all types, each with its place in the document. */
export function childrenOf(item: Item, name: string): Item[] {
  const found: Item[] = [];
  const inSibling = !isMembers(item.value);
  const holder = inSibling ? item.sibling : item.value;
  if (!isMembers(holder)) return found;
  const at = inSibling ? siblingPlace(item.at) : item.at;
  for (const { property, sibling, kind } of item.kind.named(name)) {
    const value = holder[property];
    const beside = sibling === undefined ? undefined : holder[sibling];
    if (value !== undefined) pushProperty(value, beside, kind, `${at}/${property}`, found);
    else if (beside !== undefined) pushProperty(undefined, beside, kind, `${at}/${sibling}`, found);
  }
  return found;
}

function pushProperty(value: unknown, sibling: unknown, kind: Kind, place: string, into: Item[]): void {
  if (!Array.isArray(value ?? sibling)) {
    pushOne(value, sibling, kind, place, into);
    return;
  }
  const values = Array.isArray(value) ? value : [];
  const siblings = Array.isArray(sibling) ? sibling : [];
  const length = Math.max(values.length, siblings.length);
  for (let index = 0; index < length; index++) pushOne(values[index], siblings[index], kind, `${place}/${index}`, into);
}

function pushOne(value: unknown, sibling: unknown, kind: Kind, at: string, into: Item[]): void {
  if (kind.isResource && isMembers(value)) into.push(rootItem(value, at));
  else if ((value ?? sibling ?? null) !== null) into.push({ value: value ?? undefined, sibling, kind, at });
}

/** `/birthDate` as `/_birthDate`, `/given/0` as `/_given/0`. */
function siblingPlace(at: string): string {
  return at.replace(/\/_?([^/]+)((?:\/\d+)?)$/, '/_$1$2');
}
