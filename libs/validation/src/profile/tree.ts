// FHIR R4, section 5.1.0.6 "Differential vs Snapshot": https://hl7.org/fhir/R4/profiling.html#snapshot
import type { Profile, ProfileElement } from '#libs/fhir-definitions';
import type { Definitions } from '../definitions.js';
import { added } from './added.js';
import { clone, constrain, type ElementNode, elementNode, made } from './element-node.js';
import { asChoice, choiceType, placeOf, type Step, steps } from './element-path.js';

/** Profiles on profiles on profiles: more is a circle. */
const DEEPEST = 30;

/**
 * What a profile and all that it is derived from say, beyond what FHIR R4 says of the type. It is made from the differentials where
 * every base is held, otherwise from the snapshot. Undefined where there is neither.
 */
export function profileTree(profile: Profile, definitions: Definitions, depth = 0): ElementNode | undefined {
  const base = depth < DEEPEST ? baseTree(profile, definitions, depth) : undefined;
  if (base && profile.differential) {
    for (const [element, path] of steps(profile.differential.element)) add(base, profile.type, element, path);
    return base;
  }
  if (!profile.snapshot) return undefined;
  const root = elementNode(profile.type);
  for (const [element, path] of steps(profile.snapshot.element)) add(root, profile.type, element, path);
  prune(root);
  return root;
}

function baseTree({ baseDefinition, type }: Profile, definitions: Definitions, depth: number): ElementNode | undefined {
  if (baseDefinition === undefined) return undefined;
  const base = definitions.profile(baseDefinition);
  if (base) {
    const tree = profileTree(base, definitions, depth + 1);
    return tree && clone(tree);
  }
  return definitions.typeOf(baseDefinition) === undefined ? undefined : elementNode(type);
}

function add(root: ElementNode, type: string, element: ProfileElement, path: readonly Step[]): void {
  let node = root;
  let place: string | undefined = type;
  let defined = type;
  for (const each of path) {
    const { name, slice } = asChoice(each, place);
    const under: string | undefined = place;
    node = made(node.children, name, name);
    if (slice !== undefined) node = sliceOf(node, slice, under);
    defined = `${under ?? ''}.${name}`;
    place = under === undefined ? undefined : placeOf(defined, node.element.type);
  }
  constrain(node, added(element, path.at(-1)?.slice !== undefined, defined));
}

/** `a/b` is a slice of the slice `a`. A slice named after a type, as `valueQuantity`, has that type. */
function sliceOf(node: ElementNode, slice: string, place: string | undefined): ElementNode {
  let found = node;
  const parts = slice.split('/');
  for (let count = 1; count <= parts.length; count++)
    found = made(found.slices, parts.slice(0, count).join('/'), node.name);
  const type = place !== undefined && node.name.endsWith('[x]') ? choiceType(place, slice) : undefined;
  if (type !== undefined && !found.element.type) found.element = { ...found.element, type: [{ code: type }] };
  if (type !== undefined && !node.element.slicing)
    constrain(node, { slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'open' } });
  return found;
}

/** Takes away what says nothing. */
function prune(node: ElementNode): boolean {
  for (const nodes of [node.children, node.slices]) {
    for (const [name, each] of nodes) if (prune(each) && nodes === node.children) nodes.delete(name);
  }
  const { path: _, id: __, ...said } = node.element;
  return node.children.size === 0 && node.slices.size === 0 && Object.keys(said).length === 0;
}
