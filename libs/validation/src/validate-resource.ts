// FHIR R4, section 2.27 "Validating Resources": https://hl7.org/fhir/R4/validation.html
import type { JsonValue } from '#libs/fhir-json';
import type { Issue } from '#libs/fhir-model';
import { OutOfSteps } from '#libs/fhir-path';
import { MOST_FAULTS } from './course.js';
import { coreDefinitions, type Definitions } from './definitions.js';
import { isMembers, type Members, text } from './document/json.js';
import { expression } from './expression.js';
import { type Finding, Report } from './report.js';
import { type Ending, ending, structureFaults } from './structure.js';
import { Bindings } from './walk/bindings.js';
import { Walk } from './walk/walk.js';

/** Elements that FHIRPath may visit in one document: one for each of a few bytes, and enough for small ones. */
const STEPS = 20_000_000;

export interface ValidationOptions {
  /** FHIR R4 alone by default. */
  readonly definitions?: Definitions;
  /** Leaves out what takes FHIRPath. Default true. */
  readonly invariants?: boolean;
}

/**
 * Checks a resource, and each resource in it, against FHIR R4: structure, bindings, references, narrative, contained resources
 * and Bundles, and the constraints of its types. One issue a fault, in the order they are met; an error means that the
 * resource is not valid, a warning or information never does.
 */
export function validateResource(resource: JsonValue, options: ValidationOptions = {}): Issue[] {
  const type = isMembers(resource) ? (text(resource.resourceType) ?? '') : 'Resource';
  const { faults, ending: structure } = structureFaults(type, resource);
  const report = new Report();
  for (const { code, at, diagnostics } of faults)
    report.findings.push({ severity: 'error', code, at, text: diagnostics });
  const rest = structure === 'complete' && isMembers(resource) ? inDepth(report, resource, options) : structure;
  return issues(type, resource, report.findings, rest);
}

function inDepth(report: Report, resource: Members, options: ValidationOptions): Ending | 'too-long' {
  const { definitions = coreDefinitions(), invariants = true } = options;
  const bindings = new Bindings(report, definitions.terminology);
  const walk = new Walk(report, bindings, { invariants, steps: STEPS });
  try {
    return ending(() => walk.resource(resource, ''));
  } catch (error) {
    if (error instanceof OutOfSteps) return 'too-long';
    throw error;
  }
}

function issues(type: string, resource: JsonValue, findings: readonly Finding[], end: Ending | 'too-long'): Issue[] {
  const all = findings.map(
    ({ severity, code, at, text, rule }): Issue => ({
      severity,
      code,
      details: text,
      ...(rule === undefined ? {} : { diagnostics: rule }),
      expression: [expression(type, resource, at)],
    }),
  );
  if (end === 'enough')
    all.push({
      severity: 'information',
      code: 'informational',
      details: `Only the first ${MOST_FAULTS} faults are listed`,
    });
  if (end === 'too-deep')
    all.push({ severity: 'error', code: 'too-costly', details: 'The resource is nested too deeply to be checked' });
  if (end === 'too-long')
    all.push({ severity: 'error', code: 'too-costly', details: 'The resource takes too long to be checked' });
  return all;
}
