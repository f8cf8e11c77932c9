// FHIR R4, section 5.1.0.12 "Slicing": https://hl7.org/fhir/R4/profiling.html#slicing
import type { Discriminator } from '#libs/fhir-definitions';
import { isSubtype } from '#libs/fhir-path';
import { isMembers } from '../document/json.js';
import type { Report } from '../report.js';
import { type PathStep, pathSteps, plansAt } from './discriminator-path.js';
import { childrenOf, type Item } from './item.js';
import type { ProfileCheck } from './profile-check.js';
import type { ProfilePlan } from './profile-plan.js';

/** Plans are never shared between sets of definitions. */
const said = new WeakMap<ProfilePlan, Map<string, readonly ProfilePlan[]>>();

/** Finds the slice of each item, and checks how often each slice is there, in which order, and what is in it. */
export class Slices {
  constructor(
    private readonly owner: ProfileCheck,
    private readonly report: Report,
    private readonly rule: string,
  ) {}

  check(items: readonly Item[], plan: ProfilePlan, at: string): void {
    const slices = [...plan.slices];
    const found = items.map((item) => slices.findIndex(([name, slice]) => this.isIn(item, name, slice, plan)));
    slices.forEach(([, slice], index) => {
      const own = items.filter((_, place) => found[place] === index);
      this.owner.count(own.length, slice, at);
      if (slice.slices.size > 0) this.check(own, slice, at);
      for (const item of own) this.owner.value(item, slice);
    });
    this.rules(items, found, plan);
  }

  private rules(items: readonly Item[], found: readonly number[], { slicing, label, slices }: ProfilePlan): void {
    const names = [...slices.keys()];
    let last = -1;
    items.forEach(({ at }, place) => {
      const slice = found[place]!;
      if (slice < 0) {
        if (slicing?.rules === 'closed')
          this.report.error(
            'structure',
            at,
            `it is in no slice of ${label}, expected one of ${names.join(', ')}`,
            this.rule,
          );
      } else if (slicing?.ordered && slice < last) {
        this.report.error(
          'structure',
          at,
          `slice ${names[slice]} of ${label} was found after ${names[last]}, expected it before`,
          this.rule,
        );
      } else if (slicing?.rules === 'openAtEnd' && found.slice(0, place).includes(-1)) {
        this.report.error(
          'structure',
          at,
          `slice ${names[slice]} of ${label} was found after what is in no slice, expected it before`,
          this.rule,
        );
      }
      last = Math.max(last, slice);
    });
  }

  /** An item is in a slice if every discriminator says so; one without any is told by all that is said of it. */
  private isIn(item: Item, name: string, slice: ProfilePlan, { slicing }: ProfilePlan): boolean {
    if (name === '@default') return false;
    const discriminators = slicing?.discriminator ?? [];
    if (discriminators.length === 0) return this.owner.fits(item, slice);
    return discriminators.every((each) => this.agrees(item, slice, each));
  }

  private agrees(item: Item, slice: ProfilePlan, { type, path }: Discriminator): boolean {
    const steps = pathSteps(path);
    if (!steps) return false;
    const plans = this.plans(slice, path, steps);
    const values = this.valuesAt(item, steps);
    if (type === 'exists') return plans.some(({ min, max }) => (values.length > 0 ? max > 0 : min === 0));
    return values.some((value) => plans.some((plan) => this.matches(value, plan, type)));
  }

  /** What the slice says at the end of the path, found once. */
  private plans(slice: ProfilePlan, path: string, steps: readonly PathStep[]): readonly ProfilePlan[] {
    const known = said.get(slice) ?? new Map<string, readonly ProfilePlan[]>();
    said.set(slice, known);
    let plans = known.get(path);
    if (!plans) {
      plans = plansAt(slice, steps, (url) => this.owner.document.definitions.profiles.get(url)?.plan);
      known.set(path, plans);
    }
    return plans;
  }

  private matches(item: Item, plan: ProfilePlan, type: Discriminator['type']): boolean {
    if (type === 'type') return isOfTypes(item, plan);
    if (type === 'profile') return this.hasProfile(item, plan);
    return this.owner.fits(item, plan);
  }

  private hasProfile(item: Item, plan: ProfilePlan): boolean {
    const urls = (plan.types ?? []).flatMap(({ profile }) => profile ?? []);
    if (urls.length > 0) return urls.some((url) => this.owner.conforms(item, url) === true);
    return isOfTypes(item, plan) && this.owner.fits(item, plan);
  }

  private valuesAt(item: Item, steps: readonly PathStep[]): Item[] {
    let items = [item];
    for (const step of steps) items = items.flatMap((each) => this.next(each, step));
    return items;
  }

  private next(item: Item, step: PathStep): Item[] {
    switch (step.kind) {
      case 'child':
        return childrenOf(item, step.name);
      case 'extension':
        return childrenOf(item, 'extension').filter(({ value }) => isMembers(value) && value.url === step.url);
      case 'ofType':
        return isSubtype(item.kind.type, step.type) ? [item] : [];
      default: {
        const reference = isMembers(item.value) ? item.value.reference : item.value;
        const target = this.owner.target(reference);
        return target ? [target] : [];
      }
    }
  }
}

/** A slice that says nothing of the type has any. */
function isOfTypes({ kind }: Item, { types }: ProfilePlan): boolean {
  return types === undefined || types.some(({ code }) => isSubtype(kind.type, code));
}
