// FHIR R4, Resource.meta.profile and the operation $validate: which profiles a resource is checked against.
import type { Definitions } from '../definitions.js';
import { isMembers, text } from '../document/json.js';
import { Report } from '../report.js';
import { ending } from '../structure.js';
import type { ResourceVisit, Visits } from '../walk/visits.js';
import { quote } from '../words.js';
import { checkExtension } from './extensions.js';
import { rootItem } from './item.js';
import { type Document, ProfileCheck } from './profile-check.js';
import { vitalSigns } from './vital-signs.js';

export interface ProfileOptions {
  readonly definitions: Definitions;
  readonly invariants: boolean;
  readonly profiles?: readonly string[];
  readonly claims?: boolean;
  readonly required?: Readonly<Record<string, readonly string[]>>;
  readonly impliedAs?: 'error' | 'warning';
}

/** Asked for by the caller, claimed by the resource itself, or implied by its code. */
type Why = 'wanted' | 'claimed' | 'implied';

/** Checks every extension that was met, then every resource against the profiles that it claims and that are required of it. */
export function checkProfiles(report: Report, visits: Visits, options: ProfileOptions): void {
  let known: Document | undefined;
  const document = () => {
    known ??= documentOf(visits, options);
    return known;
  };
  for (const visit of visits.extensions) checkExtension(report, document(), visit);
  for (const visit of visits.resources) {
    for (const [url, why] of profilesOf(report, visit, options)) {
      if (why === 'implied' && options.impliedAs === 'warning') advise(report, document(), visit, url);
      else checkProfile(report, document(), visit, url, why);
    }
  }
}

function documentOf({ resources }: Visits, { definitions, invariants }: ProfileOptions): Document {
  const scopes = new Map(resources.map(({ value, scope }) => [value as unknown, scope]));
  return { definitions, invariants, scopes, known: new Map() };
}

function profilesOf(report: Report, visit: ResourceVisit, options: ProfileOptions): Map<string, Why> {
  const all = new Map<string, Why>();
  if (options.claims !== false) claim(all, visit, options.impliedAs !== 'warning' || !report.errorsOnly);
  for (const url of wanted(visit, options)) all.set(url, 'wanted');
  return all;
}

/** What the caller asks of the resource itself, and of each resource of its type. */
function wanted({ value, at }: ResourceVisit, { profiles = [], required = {} }: ProfileOptions): readonly string[] {
  const type = text(value.resourceType) ?? '';
  const ofType = Object.hasOwn(required, type) ? required[type]! : [];
  return at === '' ? [...profiles, ...ofType] : ofType;
}

function claim(all: Map<string, Why>, visit: ResourceVisit, isImplying: boolean): void {
  if (isImplying) for (const url of vitalSigns(visit.value)) all.set(url, 'implied');
  for (const url of claimed(visit)) all.set(url, 'claimed');
}

function claimed({ value: { meta } }: ResourceVisit): string[] {
  const profile = isMembers(meta) ? meta.profile : undefined;
  return Array.isArray(profile) ? profile.filter((url) => typeof url === 'string') : [];
}

/** What would be errors are warnings: the resource never claimed the profile. */
function advise(report: Report, document: Document, visit: ResourceVisit, url: string): void {
  const own = new Report();
  ending(() => checkProfile(own, document, visit, url, 'implied'));
  for (const { severity, code, at, text, rule } of own.findings)
    report.add(severity === 'error' ? 'warning' : severity, code, at, text, rule);
}

function checkProfile(
  report: Report,
  document: Document,
  { value, at, scope }: ResourceVisit,
  url: string,
  why: Why,
): void {
  const type = text(value.resourceType) ?? '';
  const profile = document.definitions.profiles.get(url);
  if (profile) {
    if (profile.type !== type)
      report.error('structure', at, `the profile ${quote(url)} is on ${profile.type}, found ${type}`, url);
    else
      new ProfileCheck(document, report, scope, profile.url, why === 'implied').value(
        rootItem(value, at),
        profile.plan,
      );
    return;
  }
  const core = document.definitions.typeOf(url);
  if (core === type) return;
  if (core !== undefined) report.error('structure', at, `the profile ${quote(url)} is on ${core}, found ${type}`, url);
  else if (why === 'wanted')
    report.error('not-found', at, `the profile ${quote(url)} is not held, so nothing can be checked against it`);
  else report.warnOnce(url, 'not-found', at, `the profile ${quote(url)} is not held, so it was not checked`);
}
