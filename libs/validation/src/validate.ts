// FHIR R4, section 2.27 "Validating Resources": structure, cardinality, value domains, required bindings.
import type { JsonValue } from '#libs/fhir-json';
import type { Issue } from '#libs/fhir-model';
import { types } from '../generated/types.js';
import { Course, EnoughFaults, MOST_FAULTS } from './course.js';
import { expression } from './expression.js';
import { resource } from './rules/resource.js';
import { quote } from './words.js';

/**
 * Checks a resource against the base definition of its type: unknown and missing elements, cardinality, the syntax and
 * range of primitives, codes of required value sets, and all this in the resources inside. Not checked: invariants other
 * than ext-1, profiles, bindings that are not required or whose codes no definition lists (UCUM, MIME types, currencies),
 * what references point to. Numbers are judged by their value: `1.0` passes as an integer.
 *
 * One issue per fault, in the order of the definition, at most 100 and then one more that says so; none means valid. An
 * expression names the element at fault, or the element that lacks or must not have a member. Diagnostics quote nothing
 * but the value at fault, and no more of it than its first 64 characters.
 */
export function validate(type: string, value: JsonValue): Issue[] {
  const course = new Course(types);
  const ending = run(course, type, value);
  const issues = course.faults.map(
    ({ code, at, diagnostics }): Issue => ({
      severity: 'error',
      code,
      diagnostics,
      expression: [expression(type, value, at)],
    }),
  );
  return ending ? [...issues, ending] : issues;
}

function run(course: Course, type: string, value: JsonValue): Issue | undefined {
  try {
    start(course, type, value);
    return undefined;
  } catch (error) {
    if (error instanceof EnoughFaults) {
      return {
        severity: 'information',
        code: 'informational',
        diagnostics: `Only the first ${MOST_FAULTS} faults are listed`,
      };
    }
    if (!(error instanceof RangeError)) throw error;
    return { severity: 'error', code: 'too-costly', diagnostics: 'The resource is nested too deeply to be checked' };
  }
}

function start(course: Course, type: string, value: JsonValue): void {
  const given = typeof value === 'object' && value !== null && 'resourceType' in value ? value.resourceType : undefined;
  if (!Object.hasOwn(types, type)) course.report('structure', '', `${quote(type)} is not a resource type of FHIR R4`);
  else if (given !== undefined && given !== type) {
    course.report('structure', '', `expected a resource of type ${type}, found resourceType ${quote(given)}`);
  } else resource(course, '', value);
}
