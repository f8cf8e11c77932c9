import type { Profile } from '#libs/fhir-definitions';
import type { Definitions } from '../definitions.js';
import { Kept } from '../kept.js';
import type { ElementNode } from './element-node.js';
import { type ProfilePlan, planOf } from './profile-plan.js';
import { profileTree } from './tree.js';

/** How many profiles are kept ready; a profile of a large package takes some 100 kB. */
const MOST = 300;

/** A profile made ready: what it says, and of which type. */
export interface ReadyProfile {
  readonly url: string;
  readonly type: string;
  /** Where an extension may stand. */
  readonly context: Profile['context'];
  readonly plan: ProfilePlan;
  /** The elements that a system must support, as `Observation.component:Systolic.value[x]`; in a resource they may be absent. */
  readonly mustSupport: readonly string[];
}

/** Profiles made ready, each when it is first needed. */
export class Profiles {
  private readonly ready = new Kept(MOST, (canonical) => this.made(canonical));

  constructor(private readonly definitions: Definitions) {}

  /** Undefined: it is not held, or what it is derived from is not. */
  get(canonical: string): ReadyProfile | undefined {
    return this.ready.get(canonical);
  }

  private made(canonical: string): ReadyProfile | undefined {
    const profile = this.definitions.profile(canonical);
    const tree = profile && profileTree(profile, this.definitions);
    if (!tree || !profile) return undefined;
    const { url, type, context } = profile;
    return { url, type, context, plan: planOf(tree, type), mustSupport: supported(tree, type) };
  }
}

/** The labels of the elements that systems must support, in the order of the profile. */
function supported(node: ElementNode, label: string): string[] {
  const own = node.element.mustSupport ? [label] : [];
  const inSlices = [...node.slices].flatMap(([name, slice]) => supported(slice, `${label}:${name}`));
  return [...own, ...inSlices, ...[...node.children].flatMap(([name, child]) => supported(child, `${label}.${name}`))];
}
