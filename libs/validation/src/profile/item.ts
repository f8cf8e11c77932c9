import { type Node, pushNamed, resourceNode } from '#libs/fhir-path';
import { isMembers, type Members } from '../document/json.js';

/** An element of the document and where it stands. */
export interface Item extends Node {
  readonly at: string;
}

export function rootItem(value: Members, at: string): Item {
  return { ...resourceNode(value), at };
}

/** The children that a profile's element name means: `component`, `value[x]`, each with its place in the document. */
export function childrenOf(item: Item, name: string): Item[] {
  const stem = name.endsWith('[x]') ? name.slice(0, -3) : name;
  const found: Item[] = [];
  for (const { property } of item.kind.named(stem)) pushProperty(item, property, stem, found);
  return found;
}

/** Nodes in the order of the list, so that the place in it is known. */
function pushProperty(item: Item, property: string, stem: string, into: Item[]): void {
  const inSibling = !isMembers(item.value);
  const holder = inSibling ? item.sibling : item.value;
  if (!isMembers(holder) || (holder[property] === undefined && holder[`_${property}`] === undefined)) return;
  const own: Node[] = [];
  const only = { [property]: holder[property], [`_${property}`]: holder[`_${property}`] };
  pushNamed({ value: only, kind: item.kind }, stem, own as never);
  const value = holder[property];
  const base = `${inSibling ? siblingPlace(item.at) : item.at}/${value === undefined ? '_' : ''}${property}`;
  const isList = Array.isArray(value ?? holder[`_${property}`]);
  const places = isList ? filled(value, holder[`_${property}`]) : [];
  own.forEach((node, index) => {
    into.push({ ...node, at: isList ? `${base}/${places[index]}` : base });
  });
}

/** `/birthDate` as `/_birthDate`, `/given/0` as `/_given/0`. */
function siblingPlace(at: string): string {
  return at.replace(/\/_?([^/]+)((?:\/\d+)?)$/, '/_$1$2');
}

/** The places of a list that hold something. */
function filled(values: unknown, siblings: unknown): number[] {
  const list = (Array.isArray(values) ? values : siblings) as unknown[];
  const beside = Array.isArray(siblings) ? siblings : [];
  return list.flatMap((value, index) => ((value ?? beside[index] ?? null) === null ? [] : [index]));
}
