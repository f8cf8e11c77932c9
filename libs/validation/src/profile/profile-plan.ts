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
  readonly binding: ElementBinding | undefined;
  readonly constraints: readonly Constraint[];
  readonly children: ReadonlyMap<string, ProfilePlan>;
  readonly slicing: Slicing | undefined;
  readonly slices: ReadonlyMap<string, ProfilePlan>;
}

export const NOTHING_SAID: ProfilePlan = planOf({ name: '', element: {}, children: new Map(), slices: new Map() }, '');

export function planOf(node: ElementNode, label: string): ProfilePlan {
  const { element } = node;
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
    binding: element.binding,
    constraints: (element.constraint ?? []).flatMap((each) => constraint(each, element.path ?? label)),
    children: new Map([...node.children].map(([name, child]) => [name, planOf(child, `${label}.${name}`)])),
    slicing: element.slicing ?? (isExtension(node) ? BY_URL : undefined),
    slices: new Map([...node.slices].map(([name, slice]) => [name, planOf(slice, `${label}:${name}`)])),
  };
}

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
