// FHIR R4, section 5.1.0.14 "Discriminator": the paths that may be used there: https://hl7.org/fhir/R4/profiling.html#discriminator
import { Kept } from '../kept.js';
import { withoutVersion } from '../terminology/terminology.js';
import { NOTHING_SAID, type ProfilePlan } from './profile-plan.js';

export type PathStep =
  | { readonly kind: 'child'; readonly name: string }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'ofType'; readonly type: string }
  | { readonly kind: 'resolve' };

const STEP =
  /\.?(?:(?<call>resolve|extension|ofType)\((?:'(?<text>[^']*)'|(?<type>[A-Za-z.]*))\)|(?<this>\$this)|(?<name>[A-Za-z]\w*)(?:\[x\])?)/y;

const read = new Kept(500, readSteps);

/** Undefined for a path that is none of those allowed. */
export function pathSteps(path: string): readonly PathStep[] | undefined {
  return read.get(path);
}

function readSteps(path: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  const pattern = new RegExp(STEP);
  while (pattern.lastIndex < path.length) {
    const groups = pattern.exec(path)?.groups;
    if (!groups) return undefined;
    if (groups.this === undefined) steps.push(pathStep(groups));
  }
  return steps;
}

function pathStep({ name, call, text = '', type = '' }: Readonly<Record<string, string | undefined>>): PathStep {
  if (name !== undefined) return { kind: 'child', name };
  if (call === 'resolve') return { kind: 'resolve' };
  return call === 'extension' ? { kind: 'extension', url: text } : { kind: 'ofType', type };
}

/** Looks up the plan of a profile. */
export type PlanOf = (url: string) => ProfilePlan | undefined;

/** What a slice says at the end of the path; several where there are alternatives. */
export function plansAt(plan: ProfilePlan, steps: readonly PathStep[], profile: PlanOf): ProfilePlan[] {
  let plans = [plan];
  for (const step of steps) plans = plans.flatMap((each) => next(each, step, profile));
  return plans;
}

function next(plan: ProfilePlan, step: PathStep, profile: PlanOf): ProfilePlan[] {
  switch (step.kind) {
    case 'child':
      return childPlans(plan, step.name, profile);
    case 'extension':
      return extensionPlans(plan, step.url, profile);
    case 'ofType':
      return [plan];
    default:
      return targetPlans(plan, profile);
  }
}

function childPlans(plan: ProfilePlan, name: string, profile: PlanOf): ProfilePlan[] {
  const found = saidOf(plan, name, profile);
  return found.length > 0 ? found : [NOTHING_SAID];
}

/** By the element itself, else by slices of it, else by the profiles that it must conform to. */
function saidOf(plan: ProfilePlan, name: string, profile: PlanOf): ProfilePlan[] {
  const own = withValue(plan, name, plan.children.get(name) ?? plan.children.get(`${name}[x]`));
  if (own) return [own];
  const sliced = [...plan.slices.values()].flatMap((slice) => saidOf(slice, name, profile));
  if (sliced.length > 0) return sliced;
  const urls = (plan.types ?? []).flatMap((type) => type.profile ?? []);
  const isExtension = plan.types?.[0]?.code === 'Extension';
  // Every definition of an extension fixes this, so it is known without the definition too.
  if (isExtension && name === 'url') return urls.map((url) => ({ ...NOTHING_SAID, fixed: withoutVersion(url) }));
  const narrower = urls.flatMap((url) => profile(url) ?? []);
  return narrower.flatMap((each) => saidOf(each, name, profile));
}

/** A pattern on an element says what its children are like. */
function withValue(plan: ProfilePlan, name: string, own: ProfilePlan | undefined): ProfilePlan | undefined {
  const fixed = partOf(plan.fixed, name);
  const pattern = partOf(plan.pattern, name);
  if (fixed === undefined && pattern === undefined) return own;
  const base = own ?? NOTHING_SAID;
  return { ...base, pattern: base.pattern ?? pattern ?? fixed };
}

function partOf(value: unknown, name: string): unknown {
  const part = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return Array.isArray(part) ? part[0] : part;
}

function extensionPlans(plan: ProfilePlan, url: string, profile: PlanOf): ProfilePlan[] {
  const slices = [...(plan.children.get('extension')?.slices.values() ?? [])];
  const own = slices.find(({ types }) => types?.some((type) => type.profile?.includes(url)));
  return [own ?? profile(url) ?? NOTHING_SAID];
}

function targetPlans(plan: ProfilePlan, profile: PlanOf): ProfilePlan[] {
  const targets = (plan.types ?? []).flatMap((type) => type.targetProfile ?? []);
  return targets.map((url) => profile(url) ?? { ...NOTHING_SAID, types: [{ code: url.split('/').at(-1)! }] });
}
