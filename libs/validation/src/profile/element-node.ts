// FHIR R4, section 5.1 "Profiling": the elements that a profile says something of, as a tree.
import type { ProfileElement } from '#libs/fhir-definitions';

/** An element, or a slice of one, with what is said of it and of what is in it. */
export interface ElementNode {
  /** `component`, `value[x]` */
  readonly name: string;
  /** What profiles say, the later over the earlier; constraints add up. */
  element: Partial<ProfileElement>;
  readonly children: Map<string, ElementNode>;
  /** By slice name; those of a slice have the name of it before a slash. */
  readonly slices: Map<string, ElementNode>;
}

export function elementNode(name: string): ElementNode {
  return { name, element: {}, children: new Map(), slices: new Map() };
}

export function clone({ name, element, children, slices }: ElementNode): ElementNode {
  return { name, element, children: cloneAll(children), slices: cloneAll(slices) };
}

function cloneAll(nodes: ReadonlyMap<string, ElementNode>): Map<string, ElementNode> {
  return new Map([...nodes].map(([name, node]) => [name, clone(node)]));
}

/** Adds what a profile says of an element to what its base says. */
export function constrain(node: ElementNode, more: Partial<ProfileElement>): void {
  const { constraint, slicing } = node.element;
  node.element = {
    ...node.element,
    ...more,
    ...(more.constraint || constraint ? { constraint: [...(constraint ?? []), ...(more.constraint ?? [])] } : {}),
    ...(more.slicing || slicing ? { slicing: { rules: 'open', ...slicing, ...more.slicing } } : {}),
  };
}

/** The child or slice of that name, made where it is not there yet. */
export function made(nodes: Map<string, ElementNode>, key: string, name: string): ElementNode {
  let node = nodes.get(key);
  if (!node) {
    node = elementNode(name);
    nodes.set(key, node);
  }
  return node;
}
