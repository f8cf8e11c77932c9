// FHIR R4, section 2.27 "Validating Resources": what is checked beside structure, in one way through the document.
import { type Environment, type Node, PathError } from '#libs/fhir-path';
import { checkBundle } from '../document/bundle.js';
import { BundleIndex } from '../document/bundle-index.js';
import { checkDataType } from '../document/data-type.js';
import { isMembers, type Members, objects, text } from '../document/json.js';
import { checkResourceType } from '../document/of-type.js';
import { type Allowance, Scope, type Surroundings } from '../document/surroundings.js';
import { xhtmlFault } from '../document/xhtml.js';
import type { Report } from '../report.js';
import { quote } from '../words.js';
import type { Bindings } from './bindings.js';
import { checkCanonical } from './canonical.js';
import type { Constraint } from './constraint.js';
import { checkContained, checkReference } from './references.js';
import { checkText } from './text.js';
import { type Member, type TypePlan, typePlan } from './type-plan.js';
import type { Visits } from './visits.js';

export interface WalkOptions {
  readonly invariants: boolean;
  /** How many elements FHIRPath may visit in all. */
  readonly allowance: Allowance;
  /** Where to keep what was met. */
  readonly visits: Visits;
}

interface Here {
  readonly around: Surroundings;
  readonly scope: Scope;
}

/** The object that has an element. */
interface Holder {
  readonly node: Node;
  readonly paths: readonly string[];
  readonly here: Here;
}

/** One way through one document. What has not the shape that FHIR gives it is passed over: that is the structure's fault. */
export class Walk {
  constructor(
    private readonly report: Report,
    private readonly bindings: Bindings,
    private readonly options: WalkOptions,
  ) {}

  /** A resource, and all in it. `container` is what it is contained in; `bundle` is where it is an entry. */
  resource(value: Members, at: string, container?: Members, bundle?: BundleIndex): void {
    const plan = typePlan(text(value.resourceType) ?? '');
    if (!plan?.kind.isResource) return;
    const around: Surroundings = { resource: value, root: container ?? value, bundle };
    const scope = new Scope(around, this.options.allowance, this.memberOf);
    if (!container) checkContained(this.report, value, at);
    checkResourceType(this.report, value, at);
    const index = this.indexOf(around);
    if (index) checkBundle(this.report, value, at, index);
    this.object(value, plan, at, [plan.path], { around, scope });
    this.options.visits.resources.push({ value, at, scope });
  }

  private readonly memberOf = (item: Node, valueSet: string): boolean | undefined =>
    this.bindings.allows(item.value, valueSet);

  private object(value: Members, plan: TypePlan, at: string, paths: readonly string[], here: Here): void {
    const node: Node = { value, kind: plan.kind };
    if (plan.constraints.length > 0) this.constraints(plan.constraints, node, at, here.scope);
    for (const name in value) {
      const member = plan.members.get(name);
      if (member === undefined) {
        if (name.startsWith('_')) this.sibling(value, plan, name, at, here);
      } else if (!member.isQuiet) this.values(value[name], member, `${at}/${name}`, { node, paths, here });
    }
    if (!plan.kind.isResource && hasOnlyId(value)) {
      this.report.error('invariant', at, 'an element has a value, or elements beside its id', 'ele-1');
    }
  }

  private values(value: unknown, member: Member, at: string, holder: Holder): void {
    if (!Array.isArray(value)) this.one(value, member, at, holder);
    else for (let index = 0; index < value.length; index++) this.one(value[index], member, `${at}/${index}`, holder);
  }

  private one(value: unknown, member: Member, at: string, holder: Holder): void {
    if (value === null || value === undefined) return;
    if (member.constraints.length > 0) {
      this.constraints(member.constraints, { value, kind: member.kind }, at, holder.here.scope);
    }
    if (member.isPrimitive) {
      checkText(this.report, value, member.type, at);
      if (member.targets) checkCanonical(this.report, value, member.targets, at);
    } else if (isMembers(value)) this.complex(value, member, at, holder);
  }

  private complex(value: Members, member: Member, at: string, { node, paths, here }: Holder): void {
    const { plan, type } = member;
    if (member.isResource) this.inner(value, member, at, here);
    if (!plan || member.isResource) return;
    if (type === 'Reference') checkReference(this.report, value, member.targets, here.around, at);
    else if (type === 'Extension')
      this.options.visits.extensions.push({ value, at, paths, holder: node, scope: here.scope });
    else if (type === 'Narrative') this.narrative(value, at);
    else if (plan.isSpecial) checkDataType(this.report, plan.path, value, at);
    this.object(value, plan, at, member.paths, here);
  }

  /** What stands beside a primitive: an id and extensions. Beside a value it needs neither. */
  private sibling(owner: Members, { members, path }: TypePlan, name: string, at: string, here: Here): void {
    const property = name.slice(1);
    const member = members.get(property);
    const plan = typePlan('Element');
    if (!member || !plan) return;
    const paths = [member.type, `${path}.${member.name}`, ...member.paths];
    for (const [each, primitive, place] of pairs(owner[name], owner[property], `${at}/${name}`)) {
      const isAlone = (primitive ?? null) === null;
      if (isAlone && member.needsCode && isExcused(each))
        this.report.error('code-invalid', place.replace(name, property), NO_CODE, REQUIRED);
      const isMeant = isAlone || (isMembers(each) && each.extension !== undefined);
      if (isMembers(each) && isMeant) this.object(each, plan, place, paths, here);
    }
  }

  /** A contained resource sees its container; one in a Bundle or in Parameters stands alone. */
  private inner(value: Members, member: Member, at: string, { around }: Here): void {
    if (member.name === 'contained') this.resource(value, at, around.root, around.bundle);
    else this.resource(value, at, undefined, this.indexOf(around));
  }

  private readonly indexes = new WeakMap<Members, BundleIndex>();

  private indexOf({ resource }: Surroundings): BundleIndex | undefined {
    if (resource.resourceType !== 'Bundle') return undefined;
    let index = this.indexes.get(resource);
    if (!index) {
      index = new BundleIndex(resource);
      this.indexes.set(resource, index);
    }
    return index;
  }

  private narrative({ div }: Members, at: string): void {
    const fault = typeof div === 'string' ? xhtmlFault(div) : undefined;
    if (fault) this.report.error(fault.rule ? 'invariant' : 'value', `${at}/div`, fault.text, fault.rule);
  }

  private constraints(
    all: readonly Constraint[],
    node: Node,
    at: string,
    scope: Environment & { context: unknown },
  ): void {
    if (!this.options.invariants) return;
    for (const constraint of all) {
      scope.context = node;
      checkConstraint(this.report, constraint, node, at, scope);
    }
  }
}

const NO_CODE = 'there is no code, and one of the required value set is expected';
const REQUIRED = 'https://hl7.org/fhir/R4/terminologies.html#required';
const REASON = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** It says why there is no value, as it may of all but a required code. */
function isExcused(sibling: unknown): boolean {
  return isMembers(sibling) && objects(sibling.extension).some(({ url }) => url === REASON);
}

/** What stands beside each value, the value, and where. */
function* pairs(siblings: unknown, values: unknown, at: string): Generator<[unknown, unknown, string]> {
  if (!Array.isArray(siblings)) yield [siblings, values, at];
  else
    for (const [index, each] of siblings.entries())
      yield [each, Array.isArray(values) ? values[index] : undefined, `${at}/${index}`];
}

function hasOnlyId(value: Members): boolean {
  for (const name in value) if (name !== 'id') return false;
  return 'id' in value;
}

/** Reports a constraint that does not hold, or cannot be evaluated. */
export function checkConstraint(
  report: Report,
  constraint: Constraint,
  node: Node,
  at: string,
  scope: Environment,
): void {
  const { key, severity, human, expression } = constraint;
  if (report.errorsOnly && severity !== 'error') return;
  try {
    if (constraint.holds(node, scope)) return;
    report.add(severity, 'invariant', at, `${human} (${key})`, `${key}: ${expression}`);
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    report.warning(
      'not-supported',
      at,
      `the constraint ${key} could not be evaluated: ${quote(human)}`,
      `${key}: ${expression}`,
    );
  }
}
