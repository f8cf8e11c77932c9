import type { JsonValue } from '#libs/fhir-json';
import { types } from '../generated/types.js';
import { type CodedElements, Course, EnoughFaults, type Fault } from './course.js';
import { resource } from './rules/resource.js';
import { quote } from './words.js';

/** What ended the check of the structure: everything was looked at, too many faults were found, or it is nested too deeply. */
export type Ending = 'complete' | 'enough' | 'too-deep';

/** The faults of structure, in the order of the definition. */
export function structureFaults(
  type: string,
  value: JsonValue,
  coded?: CodedElements,
): { faults: readonly Fault[]; ending: Ending } {
  const course = new Course(types, coded);
  return { ending: ending(() => start(course, type, value)), faults: course.faults };
}

/** Runs a check that may be left early. */
export function ending(check: () => void): Ending {
  try {
    check();
    return 'complete';
  } catch (error) {
    if (error instanceof EnoughFaults) return 'enough';
    if (error instanceof RangeError) return 'too-deep';
    throw error;
  }
}

function start(course: Course, type: string, value: JsonValue): void {
  const given = typeof value === 'object' && value !== null && 'resourceType' in value ? value.resourceType : undefined;
  if (!Object.hasOwn(types, type)) course.report('structure', '', `${quote(type)} is not a resource type of FHIR R4`);
  else if (given !== undefined && given !== type) {
    course.report('structure', '', `expected a resource of type ${type}, found resourceType ${quote(given)}`);
  } else resource(course, '', value);
}
