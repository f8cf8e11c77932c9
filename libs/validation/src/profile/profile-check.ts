// FHIR R4, section 5.1 "Profiling": a resource or data type against a profile: https://hl7.org/fhir/R4/profiling.html
import type { ElementType } from '#libs/fhir-definitions';
import type { Issue } from '#libs/fhir-model';
import { isSubtype } from '#libs/fhir-path';
import { EnoughFaults } from '../course.js';
import type { Definitions } from '../definitions.js';
import { isMembers, type Members, text } from '../document/json.js';
import { resolved, type Scope } from '../document/surroundings.js';
import { Report } from '../report.js';
import { Bindings } from '../walk/bindings.js';
import { targetType } from '../walk/references.js';
import { checkConstraint } from '../walk/walk.js';
import { quote } from '../words.js';
import { childrenOf, type Item, rootItem } from './item.js';
import { hasPattern, isFixed } from './pattern.js';
import type { ProfilePlan } from './profile-plan.js';
import { ValueRange } from './range.js';
import { Slices } from './slices.js';

/** What a check of a profile knows of the document. */
export interface Document {
  readonly definitions: Definitions;
  readonly invariants: boolean;
  /** The scope of each resource in it. */
  readonly scopes: ReadonlyMap<unknown, Scope>;
  /** Whether a value is valid against a profile, as far as it is known yet. */
  readonly known: Map<unknown, Map<string, boolean>>;
}

/** Ends a probe at its first error. */
class Probe extends Report {
  override add(severity: Issue['severity']): void {
    if (severity === 'error' || severity === 'fatal') throw FAILED;
  }
}

/** Made once: a probe is about yes or no, and the stack of an error takes longer to make than most probes. */
const FAILED = new EnoughFaults();

/** Checks elements against what a profile says of them. */
export class ProfileCheck {
  private readonly bindings: Bindings;
  private readonly slices: Slices;

  constructor(
    readonly document: Document,
    private readonly report: Report,
    readonly scope: Scope,
    private readonly rule: string,
    private readonly isImplied = false,
  ) {
    this.bindings = new Bindings(report, document.definitions.terminology, isImplied);
    this.slices = new Slices(this, report, rule);
  }

  /** An element and all in it. */
  value(item: Item, plan: ProfilePlan): void {
    if (plan.checksTypes) this.types(item, plan);
    this.content(item, plan);
    if (plan.binding && item.value !== undefined)
      this.bindings.check(item.value, item.kind.type, plan.binding, item.at);
    if (this.document.invariants) for (const each of plan.constraints) this.constraint(each, item);
    if (plan.members.length > 0) this.inside(item).children(item, plan);
  }

  /** How often each child is there, and each of them. */
  children(item: Item, plan: ProfilePlan): void {
    for (const { stem, plan: child } of plan.members) {
      const items = childrenOf(item, stem);
      this.count(items.length, child, item);
      if (child.parts.length > 0 || child.slicing?.rules === 'closed') this.slices.check(items, child, item);
      for (const each of items) this.value(each, child);
    }
  }

  /** Whether a value is what a plan says, without a report. */
  fits(item: Item, plan: ProfilePlan): boolean {
    const { fixed, pattern } = plan;
    if (fixed !== undefined && !isFixed(item.value, fixed)) return false;
    if (pattern !== undefined && !hasPattern(item.value, pattern)) return false;
    if (plan.isPlain && !plan.checksTypes) return true;
    const document = { ...this.document, invariants: false };
    return probe((report) => new ProfileCheck(document, report, this.scope, this.rule).value(item, plan));
  }

  /** Whether a value is valid against a profile; undefined if the profile is not held. A circle is valid. */
  conforms(item: Item, url: string): boolean | undefined {
    const profile = this.document.definitions.profiles.get(url);
    if (!profile)
      return this.document.definitions.typeOf(url) === undefined
        ? undefined
        : isSubtype(item.kind.type, url.split('/').at(-1)!);
    if (!isSubtype(item.kind.type, profile.type)) return false;
    const key = item.value ?? item.sibling;
    const known = this.document.known.get(key) ?? new Map<string, boolean>();
    this.document.known.set(key, known);
    let isValid = known.get(url);
    if (isValid === undefined) {
      known.set(url, true);
      isValid = probe((report) =>
        new ProfileCheck(this.document, report, this.scopeOf(item), url).value(item, profile.plan),
      );
      known.set(url, isValid);
    }
    return isValid;
  }

  /** What a reference points to in the document. */
  target(reference: unknown): Item | undefined {
    const found = typeof reference === 'string' ? resolved(reference, this.scope.surroundings) : undefined;
    return found && rootItem(found, '');
  }

  count(count: number, { min, max, label }: ProfilePlan, owner: Item): void {
    if (count < min) {
      const found = count === 0 ? 'is required and is not there' : `is there ${count} times, expected at least ${min}`;
      this.report.error('required', owner.at, `${label} ${found}`, this.rule);
    } else if (count > max)
      this.report.error('structure', owner.at, `${label} is there ${count} times, expected at most ${max}`, this.rule);
  }

  private types(item: Item, { types, label }: ProfilePlan): void {
    if (!types || types.length === 0) return;
    const fitting = types.filter(({ code }) => isSubtype(item.kind.type, code));
    if (fitting.length === 0) {
      const expected = [...new Set(types.map(({ code }) => code))].join(' or ');
      this.report.error('structure', item.at, `${label} is of type ${item.kind.type}, expected ${expected}`, this.rule);
      return;
    }
    if (fitting.some(({ profile }) => profile))
      this.profiles(
        item,
        fitting.flatMap(({ profile }) => profile ?? []),
      );
    if (item.kind.type === 'Reference' && isMembers(item.value)) this.targets(item.value, item, fitting);
  }

  /** Against one of the profiles: with its faults where there is but one. */
  private profiles(item: Item, urls: readonly string[]): void {
    if (urls.length === 0) return;
    const [url] = urls;
    const only = urls.length === 1 ? this.document.definitions.profiles.get(url!) : undefined;
    if (only) {
      if (this.conforms(item, url!) === false) this.reported(item, url!, only.plan);
      return;
    }
    const found = urls.map((each) => this.conforms(item, each));
    if (found.includes(true)) return;
    this.notHeldOf(urls, found, item.at);
    if (!found.includes(undefined))
      this.report.error('structure', item.at, `it is valid against none of ${urls.join(', ')}`, this.rule);
  }

  private reported(item: Item, url: string, plan: ProfilePlan): void {
    new ProfileCheck(this.document, this.report, this.scopeOf(item), url).value(item, plan);
  }

  private targets(value: Members, item: Item, types: readonly ElementType[]): void {
    const urls = types.flatMap(({ targetProfile }) => targetProfile ?? []);
    const type = targetType(value, this.scope.surroundings);
    if (urls.length === 0 || type === undefined) return;
    const ofType = urls.filter((url) => this.isOnType(url, type));
    if (ofType.length === 0) {
      this.report.error(
        'invalid',
        item.at,
        `a reference to ${type} was found, expected one to ${urls.map((url) => url.split('/').at(-1)).join(' or ')}`,
        this.rule,
      );
      return;
    }
    const target = this.target(text(value.reference));
    if (!target) return;
    const found = ofType.map((url) => this.conforms(target, url));
    if (found.includes(true)) return;
    this.notHeldOf(ofType, found, item.at);
    if (!found.includes(undefined))
      this.report.error('invalid', item.at, `what it refers to is not valid against ${ofType.join(' or ')}`, this.rule);
  }

  /** A profile that is not held may be on any type. */
  private isOnType(url: string, type: string): boolean {
    const profile = this.document.definitions.profiles.get(url);
    if (profile) return isSubtype(type, profile.type);
    const core = this.document.definitions.typeOf(url);
    return core === undefined || isSubtype(type, core);
  }

  private notHeldOf(urls: readonly string[], found: readonly (boolean | undefined)[], at: string): void {
    for (const url of urls.filter((_, index) => found[index] === undefined)) {
      this.report.warnOnce(url, 'not-found', at, `the profile ${quote(url)} is not held, so it was not checked`);
    }
  }

  private content(item: Item, plan: ProfilePlan): void {
    const { value } = item;
    if (value === undefined) return;
    const { fixed, pattern, maxLength, label } = plan;
    const fault = (code: string, text: string) => this.report.error(code, item.at, `${label} ${text}`, this.rule);
    if (fixed !== undefined && !isFixed(value, fixed))
      fault('value', `is ${shown(value)}, expected exactly ${shown(fixed)}`);
    if (pattern !== undefined && !hasPattern(value, pattern))
      fault('value', `is ${shown(value)}, expected it to have ${shown(pattern)}`);
    if (maxLength !== undefined && typeof value === 'string' && value.length > maxLength)
      fault('too-long', `has ${value.length} characters, expected at most ${maxLength}`);
    if (plan.least !== undefined || plan.most !== undefined) this.range(value, plan, item);
  }

  private range(value: unknown, { least, most, label }: ProfilePlan, item: Item): void {
    const fault = new ValueRange(least, most).fault(value);
    if (fault !== undefined) this.report.error('value', item.at, `${label} ${fault}`, this.rule);
  }

  private constraint(constraint: ProfilePlan['constraints'][number], item: Item): void {
    const scope = this.scopeOf(item);
    scope.context = item;
    checkConstraint(this.report, constraint, item, item.at, scope);
  }

  /** A resource inside has a scope of its own. */
  private inside(item: Item): ProfileCheck {
    const scope = this.scopeOf(item);
    return scope === this.scope ? this : new ProfileCheck(this.document, this.report, scope, this.rule, this.isImplied);
  }

  private scopeOf({ value }: Item): Scope {
    return this.document.scopes.get(value) ?? this.scope;
  }
}

function probe(check: (report: Report) => void): boolean {
  try {
    check(new Probe());
    return true;
  } catch (error) {
    if (error === FAILED) return false;
    throw error;
  }
}

/** What a profile wants is no patient's data; of what was found, only what is no object. */
function shown(value: unknown): string {
  return isMembers(value) ? quote(JSON.stringify(value)) : quote(value);
}
