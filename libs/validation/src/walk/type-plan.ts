// FHIR R4, StructureDefinition: what is checked of each type beside its structure, made ready when a type is first met.
import { type ElementConstraint, type ElementDefinition, structure } from '#libs/fhir-definitions';
import { type Kind, kindAt } from '#libs/fhir-path';
import { hasRules } from '../document/data-type.js';
import { type Constraint, constraints } from './constraint.js';
import { isReadText } from './text.js';

/** What is checked of one element. */
export interface Member {
  /** `value`, also of `valueQuantity`. */
  readonly name: string;
  readonly type: string;
  readonly isPrimitive: boolean;
  readonly isResource: boolean;
  /** Nothing is checked of its values. */
  readonly isQuiet: boolean;
  /** Constraints that stand on the element, not with its type. */
  readonly constraints: readonly Constraint[];
  /** A code that must be there: an extension that says why it is not is not enough. */
  readonly needsCode: boolean;
  /** The resource types that a reference or canonical may point to; undefined for any. */
  readonly targets: ReadonlySet<string> | undefined;
  readonly kind: Kind;
  /** The names under which extensions may be said to stand on it: `HumanName`, `Patient.name`. */
  readonly paths: readonly string[];
  /** What is checked inside. */
  readonly plan: TypePlan | undefined;
}

/** What is checked of the objects of a type, or of an element with children of its own. */
export interface TypePlan {
  /** `Patient.contact`, `HumanName` */
  readonly path: string;
  readonly kind: Kind;
  readonly constraints: readonly Constraint[];
  /** A type with rules of its own that are no constraints. */
  readonly isSpecial: boolean;
  /** By JSON name: `valueQuantity`. */
  readonly members: ReadonlyMap<string, Member>;
}

const CANONICAL = 'http://hl7.org/fhir/StructureDefinition/';
const plans = new Map<string, TypePlan | undefined>();

/** The plan of a type or definition path; undefined if there is none. */
export function typePlan(path: string): TypePlan | undefined {
  let plan = plans.get(path);
  if (!plan && !plans.has(path)) {
    plan = made(path);
    // Only names of definitions come here, so the map is bounded by them.
    if (plan) plans.set(path, plan);
  }
  return plan;
}

function made(path: string): TypePlan | undefined {
  const [type = ''] = path.split('.');
  const definition = structure(type);
  if (!definition) return undefined;
  const { element } = definition.snapshot;
  const isType = path === type;
  const own = isType ? inherited(type) : [];
  const kind = kindAt(isType ? definition.type : path);
  const prefix = `${isType ? definition.type : path}.`;
  const children = element.filter((each) => each.path.startsWith(prefix) && !each.path.includes('.', prefix.length));
  return {
    path,
    kind,
    constraints: constraints(own, path),
    isSpecial: hasRules(path),
    members: new Map(children.filter(({ max }) => max !== '0').flatMap((child) => members(child, prefix.length))),
  };
}

/** The constraints of a type and of what it specialises. */
function inherited(type: string): ElementConstraint[] {
  const definition = structure(type);
  if (!definition) return [];
  const base = definition.baseDefinition?.slice(CANONICAL.length);
  return [...(definition.snapshot.element[0]?.constraint ?? []), ...(base ? inherited(base) : [])];
}

function members(element: ElementDefinition, from: number): [string, Member][] {
  const name = element.path.slice(from);
  if (!name.endsWith('[x]')) return [[name, new ElementMember(name, name, element, element.type?.[0])]];
  const stem = name.slice(0, -3);
  return (element.type ?? []).map((type) => {
    const property = stem + type.code.charAt(0).toUpperCase() + type.code.slice(1);
    return [property, new ElementMember(stem, property, element, type)];
  });
}

type Type = NonNullable<ElementDefinition['type']>[number];

/** The plan of what is inside is made when it is first met: types contain themselves. */
class ElementMember implements Member {
  readonly type: string;
  readonly isPrimitive: boolean;
  readonly isResource: boolean;
  readonly isQuiet: boolean;
  readonly constraints: readonly Constraint[];
  readonly needsCode: boolean;
  readonly targets: ReadonlySet<string> | undefined;
  readonly kind: Kind;
  readonly paths: readonly string[];
  private readonly inside: string | undefined;
  private made: TypePlan | undefined;

  constructor(
    readonly name: string,
    property: string,
    element: ElementDefinition,
    type: Type | undefined,
  ) {
    const { path } = element;
    this.type = type?.code ?? '';
    const definition = structure(this.type);
    this.isPrimitive = definition?.kind === 'primitive-type';
    this.isResource = definition?.kind === 'resource';
    this.constraints = constraints(element.constraint ?? [], path);
    this.targets = targetsOf(type);
    this.needsCode = this.type === 'code' && element.binding?.strength === 'required';
    const isRead = isReadText(this.type) || (this.isPrimitive && this.targets !== undefined);
    this.isQuiet = this.isPrimitive && this.constraints.length === 0 && !isRead;
    this.kind = kindAt(path.slice(0, path.lastIndexOf('.'))).member(property);
    this.inside = insideOf(element, type);
    const stated = path.replace('[x]', '');
    this.paths = this.inside === path || this.inside === undefined ? [stated] : [this.inside, stated];
  }

  get plan(): TypePlan | undefined {
    this.made ??= this.inside === undefined ? undefined : typePlan(this.inside);
    return this.made;
  }
}

/** Where the children of an element are defined: under itself, elsewhere by reference, or with its type. */
function insideOf({ path, contentReference }: ElementDefinition, type: Type | undefined): string | undefined {
  if (contentReference !== undefined) return contentReference;
  if (!type) return undefined;
  if (type.code === 'BackboneElement' || type.code === 'Element') return path;
  const narrower = type.profile?.[0]?.slice(CANONICAL.length);
  return narrower !== undefined && structure(narrower) ? narrower : type.code;
}

function targetsOf(type: Type | undefined): ReadonlySet<string> | undefined {
  const isLink = type?.code === 'Reference' || type?.code === 'canonical';
  const names = isLink ? type.targetProfile?.map((url) => url.slice(CANONICAL.length)) : undefined;
  return names && !names.includes('Resource') ? new Set(names) : undefined;
}
