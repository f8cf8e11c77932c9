// FHIR R4, section 2.27 "Validating Resources": structure, cardinality, value domains, required bindings.
import type { JsonValue } from '#libs/fhir-json';
import type { Issue } from '#libs/fhir-model';
import { MOST_FAULTS } from './course.js';
import { expression } from './expression.js';
import { structureFaults } from './structure.js';

/**
 * Checks a resource against the base definition of its type: unknown and missing elements, cardinality, the syntax and
 * range of primitives, codes of required value sets, and all this in the resources inside. Not checked: what
 * `validateResource` checks beside. Numbers are judged by their value: `1.0` passes as an integer.
 *
 * One issue per fault, in the order of the definition, at most 100 and then one more that says so; none means valid. An
 * expression names the element at fault, or the element that lacks or must not have a member. Diagnostics quote nothing
 * but the value at fault, and no more of it than its first 64 characters.
 */
export function validate(type: string, value: JsonValue): Issue[] {
  const { faults, ending } = structureFaults(type, value);
  const issues = faults.map(
    ({ code, at, diagnostics }): Issue => ({
      severity: 'error',
      code,
      diagnostics,
      expression: [expression(type, value, at)],
    }),
  );
  if (ending === 'enough') issues.push(ENOUGH);
  if (ending === 'too-deep') issues.push(TOO_DEEP);
  return issues;
}

const ENOUGH: Issue = {
  severity: 'information',
  code: 'informational',
  diagnostics: `Only the first ${MOST_FAULTS} faults are listed`,
};
const TOO_DEEP: Issue = {
  severity: 'error',
  code: 'too-costly',
  diagnostics: 'The resource is nested too deeply to be checked',
};
