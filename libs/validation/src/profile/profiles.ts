import type { Profile } from '#libs/fhir-definitions';
import type { Definitions } from '../definitions.js';
import { Kept } from '../kept.js';
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
    return tree && profile
      ? { url: profile.url, type: profile.type, context: profile.context, plan: planOf(tree, profile.type) }
      : undefined;
  }
}
