// FHIR R4, section 5.1.0.12 "Slicing": https://hl7.org/fhir/R4/profiling.html#slicing
import type { Discriminator } from '#libs/fhir-definitions';
import { isSubtype } from '#libs/fhir-path';
import { isMembers } from '../document/json.js';
import type { Report } from '../report.js';
import { type PathStep, pathSteps, plansAt } from './discriminator-path.js';
import { childrenOf, type Item } from './item.js';
import type { ProfileCheck } from './profile-check.js';
import { NOTHING_SAID, type ProfilePlan } from './profile-plan.js';

/** One way in which items of a slice are told from others: what it says at the end of a path. */
interface Mark {
  readonly type: Discriminator['type'];
  readonly steps: readonly PathStep[];
  readonly plans: readonly ProfilePlan[];
}

/** Plans are never shared between sets of definitions. */
const marksOf = new WeakMap<ProfilePlan, readonly (Mark | undefined)[]>();

/** Finds the slice of each item, and checks how often each slice is there, in which order, and what is in it. */
export class Slices {
  constructor(
    private readonly owner: ProfileCheck,
    private readonly report: Report,
    private readonly rule: string,
  ) {}

  check(items: readonly Item[], plan: ProfilePlan, owner: Item): void {
    const { parts } = plan;
    const found = items.map((item) => parts.findIndex((part) => this.isIn(item, part.name, part.plan, plan)));
    for (let index = 0; index < parts.length; index++) this.part(items, found, index, parts[index]!.plan, owner);
    this.rules(items, found, plan);
  }

  private part(items: readonly Item[], found: readonly number[], index: number, slice: ProfilePlan, owner: Item): void {
    const own = items.filter((_, place) => found[place] === index);
    this.owner.count(own.length, slice, owner);
    if (slice.parts.length > 0) this.check(own, slice, owner);
    for (const item of own) this.owner.value(item, slice);
  }

  private rules(items: readonly Item[], found: readonly number[], { slicing, label, parts }: ProfilePlan): void {
    if (slicing?.rules === 'open' && !slicing.ordered) return;
    const names = parts.map(({ name }) => name);
    let last = -1;
    items.forEach((item, place) => {
      const slice = found[place]!;
      if (slice < 0) {
        if (slicing?.rules === 'closed')
          this.report.error(
            'structure',
            item.at,
            `it is in no slice of ${label}, expected one of ${names.join(', ')}`,
            this.rule,
          );
      } else if (slicing?.ordered && slice < last) {
        this.report.error(
          'structure',
          item.at,
          `slice ${names[slice]} of ${label} was found after ${names[last]}, expected it before`,
          this.rule,
        );
      } else if (slicing?.rules === 'openAtEnd' && found.slice(0, place).includes(-1)) {
        this.report.error(
          'structure',
          item.at,
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
    return this.marks(slice, discriminators).every((mark) => mark !== undefined && this.agrees(item, mark));
  }

  private agrees(item: Item, { type, steps, plans }: Mark): boolean {
    const values = this.valuesAt(item, steps);
    if (type === 'exists') return plans.some(({ min, max }) => (values.length > 0 ? max > 0 : min === 0));
    if (plans.every((plan) => plan === NOTHING_SAID)) return true;
    return values.some((value) => plans.some((plan) => this.matches(value, plan, type)));
  }

  /** Found once; undefined for a path that cannot be followed. */
  private marks(slice: ProfilePlan, discriminators: readonly Discriminator[]): readonly (Mark | undefined)[] {
    let marks = marksOf.get(slice);
    if (!marks) {
      marks = discriminators.map((each) => this.mark(slice, each));
      marksOf.set(slice, marks);
    }
    return marks;
  }

  private mark(slice: ProfilePlan, { type, path }: Discriminator): Mark | undefined {
    const steps = pathSteps(path);
    const { profiles } = this.owner.document.definitions;
    return steps && { type, steps, plans: plansAt(slice, steps, (url) => profiles.get(url)?.plan) };
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
    const [first, ...rest] = steps;
    if (first === undefined) return [item];
    let items = this.next(item, first);
    for (const step of rest) items = items.flatMap((each) => this.next(each, step));
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
