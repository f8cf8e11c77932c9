// FHIR R4, section 2.27 "Validating Resources": https://hl7.org/fhir/R4/validation.html
import type { JsonValue } from '#libs/fhir-json';
import type { Issue } from '#libs/fhir-model';
import { NeedsTimeLimit, OutOfSteps, withTimeLimit } from '#libs/fhir-path';
import { MOST_FAULTS } from './course.js';
import { coreDefinitions, type Definitions } from './definitions.js';
import { isMembers, type Members, text } from './document/json.js';
import { Allowance } from './document/surroundings.js';
import { expression } from './expression.js';
import { Locator } from './locate.js';
import { checkProfiles } from './profile/check-profiles.js';
import { Report } from './report.js';
import { type Ending, ending, structureFaults } from './structure.js';
import { Bindings } from './walk/bindings.js';
import { Visits } from './walk/visits.js';
import { Walk } from './walk/walk.js';

/** Elements that FHIRPath may visit in one document: some for each of its values, and enough for small ones. */
const STEPS = 500_000;
const STEPS_A_VALUE = 150;

/** One document with regular expressions that may run away is stopped after this: on a busy machine a large one takes its time. */
const MILLISECONDS = 10_000;
const MILLISECONDS_A_VALUE = 0.01;
const TOO_LONG = 'the resource takes too long to be checked';

export interface ValidationOptions {
  /** FHIR R4 alone by default. */
  readonly definitions?: Definitions;
  /** Canonical URLs that the resource must conform to, beside those of `meta.profile`. One that is not held is an error. */
  readonly profiles?: readonly string[];
  /** The same for each type, resources in a Bundle included: what a server is configured to require. */
  readonly required?: Readonly<Record<string, readonly string[]>>;
  /** False leaves out the profiles that a resource itself claims or, as a vital sign, is by its code. */
  readonly claims?: boolean;
  /** What breaks a profile that a resource is only by its code, as a vital sign, is an error by default. */
  readonly impliedAs?: 'error' | 'warning';
  /** As in `$validate`: an update needs an id; of a delete nothing is looked at. */
  readonly mode?: 'create' | 'update' | 'delete' | 'profile';
  /** Makes warnings errors, as `Prefer: handling=strict` asks for. */
  readonly strict?: boolean;
  /** The text as sent, so that issues say line and column. */
  readonly source?: string | Uint8Array;
  /** Where in the source the resource is, as a JSON pointer; all of it by default. */
  readonly sourceAt?: string;
  /** Leaves out what is less than an error: what refuses a write. */
  readonly errorsOnly?: boolean;
  /**
   * How much is checked: structure and the value sets of FHIR R4; also what the standard and profiles say beside FHIRPath; or all,
   * which is the default.
   */
  readonly extent?: 'bindings' | 'rules' | 'all';
}

/** `details` says what was found and what was expected, `diagnostics` which rule says so. */
export interface ValidationIssue extends Issue {
  /** Of the value at fault, or of the object that lacks a member; counted from 1. Only where the text is given. */
  readonly line?: number;
  readonly column?: number;
}

/**
 * Checks a resource, and each resource in it once, against FHIR R4 and profiles: structure, bindings, references, narrative,
 * contained resources and Bundles, constraints, extensions, slices. One issue a fault, in a stable order; the resource is valid
 * if none is an error. Code systems, value sets, profiles and extensions that are not held give a warning each. Nothing is fetched.
 *
 * Time is bounded: at most 100 errors and 100 lesser issues are listed, FHIRPath may visit so many elements, and what takes
 * more is an error `too-costly`.
 */
export function validateResource(resource: JsonValue, options: ValidationOptions = {}): ValidationIssue[] {
  if (options.mode === 'delete') return [];
  try {
    return checked(resource, options);
  } catch (error) {
    if (!(error instanceof NeedsTimeLimit)) throw error;
    return inTime(resource, options);
  }
}

/** Once more, now so that a regular expression can be stopped. */
function inTime(resource: JsonValue, options: ValidationOptions): ValidationIssue[] {
  try {
    const limit = Math.ceil(MILLISECONDS + MILLISECONDS_A_VALUE * valuesIn(resource));
    return withTimeLimit(limit, () => checked(resource, options));
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
    return [{ severity: 'error', code: 'too-costly', details: TOO_LONG, expression: [typeOf(resource)] }];
  }
}

function typeOf(resource: JsonValue): string {
  return isMembers(resource) ? (text(resource.resourceType) ?? '') : 'Resource';
}

function checked(resource: JsonValue, options: ValidationOptions): ValidationIssue[] {
  const type = typeOf(resource);
  const { definitions = coreDefinitions() } = options;
  const report = new Report(options.errorsOnly && !options.strict);
  const bindings = new Bindings(report, definitions.terminology);
  const { faults, ending: structure } = structureFaults(type, resource, bindings);
  const rest = ending(() => {
    for (const { code, at, diagnostics } of faults) report.error(code, at, diagnostics);
    if (isMembers(resource) && structure === 'complete' && options.extent !== 'bindings') {
      inDepth(report, resource, bindings, definitions, options);
    }
  });
  return issues(type, resource, report, structure === 'complete' ? rest : structure, options);
}

function inDepth(
  report: Report,
  resource: Members,
  bindings: Bindings,
  definitions: Definitions,
  options: ValidationOptions,
): void {
  const visits = new Visits();
  const invariants = options.extent !== 'rules';
  const allowance = new Allowance(STEPS, () => STEPS_A_VALUE * valuesIn(resource));
  const walk = new Walk(report, bindings, { invariants, allowance, visits });
  if (options.mode === 'update' && resource.id === undefined)
    report.error('required', '', 'a resource to update has an id');
  try {
    walk.resource(resource, '');
    checkProfiles(report, visits, { ...options, definitions, invariants });
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
    report.error('too-costly', '', TOO_LONG);
  }
}

/** How many values a document has. */
function valuesIn(value: unknown): number {
  let count = 1;
  if (Array.isArray(value)) for (const each of value) count += valuesIn(each);
  else if (isMembers(value)) for (const name in value) count += valuesIn(value[name]);
  return count;
}

const ENDINGS: Readonly<Partial<Record<Ending, Issue>>> = {
  enough: {
    severity: 'information',
    code: 'informational',
    details: `only the first ${MOST_FAULTS} faults are listed`,
  },
  'too-deep': { severity: 'error', code: 'too-costly', details: 'the resource is nested too deeply to be checked' },
};

function issues(
  type: string,
  resource: JsonValue,
  report: Report,
  end: Ending,
  options: ValidationOptions,
): ValidationIssue[] {
  const { source, sourceAt, errorsOnly } = options;
  const found = report.graded(options.strict).filter(({ severity }) => !errorsOnly || severity === 'error');
  const locator = source === undefined || found.length === 0 ? undefined : new Locator(source, sourceAt);
  const all = found.map(({ severity, code, at, text: details, rule }): ValidationIssue => {
    return {
      severity,
      code,
      details,
      ...(rule === undefined ? {} : { diagnostics: rule }),
      expression: [expression(type, resource, at)],
      ...locator?.place(at),
    };
  });
  const last = ENDINGS[end];
  return last ? [...all, last] : all;
}
