// FHIR R4, ElementDefinition: what a profile says of an element, made ready.
import type { ElementBinding, ElementType, ProfileElement, Slicing } from '#libs/fhir-definitions';
import { type Constraint, constraint } from '../walk/constraint.js';
import type { ElementNode } from './element-node.js';

export interface ProfilePlan {
  /** `Observation.component:Systolic.code`, for messages. */
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** A value that must be there as it is, or must be part of it. */
  readonly fixed: unknown;
  readonly pattern: unknown;
  readonly least: unknown;
  readonly most: unknown;
  readonly maxLength: number | undefined;
  readonly types: readonly ElementType[] | undefined;
  /** There is more to the types than that one element has one type. */
  readonly checksTypes: boolean;
  readonly binding: ElementBinding | undefined;
  readonly constraints: readonly Constraint[];
  readonly children: ReadonlyMap<string, ProfilePlan>;
  /** The same in order, each by the name without `[x]`. */
  readonly members: readonly { readonly stem: string; readonly plan: ProfilePlan }[];
  readonly slicing: Slicing | undefined;
  /** It says nothing but a fixed value or a pattern. */
  readonly isPlain: boolean;
  readonly slices: ReadonlyMap<string, ProfilePlan>;
  /** The same in order. */
  readonly parts: readonly { readonly name: string; readonly plan: ProfilePlan }[];
}

export const NOTHING_SAID: ProfilePlan = planOf({ name: '', element: {}, children: new Map(), slices: new Map() }, '');

export function planOf(node: ElementNode, label: string): ProfilePlan {
  const { element } = node;
  const children = new Map(
    [...node.children].flatMap(([name, child]) => (isIdle(child) ? [] : [[name, planOf(child, `${label}.${name}`)]])),
  );
  const slices = new Map([...node.slices].map(([name, slice]) => [name, planOf(slice, `${label}:${name}`)]));
  return {
    label,
    min: element.min ?? 0,
    max: element.max === undefined || element.max === '*' ? Number.POSITIVE_INFINITY : Number(element.max),
    fixed: valuePart(element, 'fixed'),
    pattern: valuePart(element, 'pattern'),
    least: valuePart(element, 'minValue'),
    most: valuePart(element, 'maxValue'),
    maxLength: element.maxLength,
    types: element.type,
    checksTypes: checksTypes(node),
    binding: element.binding,
    constraints: (element.constraint ?? []).flatMap((each) => constraint(each, element.path ?? label)),
    children,
    members: [...children].map(([name, plan]) => ({ stem: name.replace('[x]', ''), plan })),
    isPlain: isPlain(node),
    slicing: element.slicing ?? (isExtension(node) ? BY_URL : undefined),
    slices,
    parts: [...slices].map(([name, plan]) => ({ name, plan })),
  };
}

/** A choice, something that is a resource, or a type with a profile on it or on what it refers to. */
function checksTypes({ name, element }: ElementNode): boolean {
  if (!element.type) return false;
  const isOpen = name.endsWith('[x]') || name === 'resource' || name === 'contained';
  return isOpen || element.type.some(({ profile, targetProfile }) => profile ?? targetProfile);
}

const SAYS_NOTHING = new Set(['id', 'path', 'base', 'mustSupport', 'type', 'min', 'max', 'slicing']);

/** Nothing is checked of it, as where it is only said that it must be supported. */
function isIdle(node: ElementNode): boolean {
  const { element, children, slices } = node;
  if ((element.min ?? 0) > 0 || (element.max ?? '*') !== '*' || checksTypes(node) || slices.size > 0) return false;
  if (element.slicing?.rules === 'closed' || !Object.keys(element).every((name) => SAYS_NOTHING.has(name)))
    return false;
  return [...children.values()].every(isIdle);
}

function isPlain({ element, children, slices }: ElementNode): boolean {
  if (children.size > 0 || slices.size > 0) return false;
  return Object.keys(element).every((name) => PLAIN.has(name) || /^(?:fixed|pattern)[A-Z]/.test(name));
}

const PLAIN = new Set(['id', 'path', 'min', 'max', 'base', 'type', 'mustSupport']);

/** Stated once, by the type Element. */
const BY_URL: Slicing = { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' };

function isExtension({ name }: ElementNode): boolean {
  return name === 'extension' || name === 'modifierExtension';
}

function valuePart(element: Partial<ProfileElement>, prefix: 'fixed' | 'pattern' | 'minValue' | 'maxValue'): unknown {
  for (const [name, value] of Object.entries(element)) {
    if (name.startsWith(prefix) && /^[A-Z]/.test(name.slice(prefix.length))) return value;
  }
  return undefined;
}
