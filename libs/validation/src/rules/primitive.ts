// FHIR R4, section 2.6.2.2 "JSON representation of primitive elements".
import type { Course } from '../course.js';
import { unwritable } from '../primitive/characters.js';
import { type PrimitiveName, primitives } from '../primitive/index.js';
import { LONGEST_STRING } from '../primitive/text.js';
import { kind, quote } from '../words.js';

/** Says why a value is not of a primitive type; the generated code asks only when it is not. */
export function primitiveFault(course: Course, at: string, value: unknown, name: PrimitiveName): void {
  const { json, expected } = primitives[name];
  const found = typeof value;
  if (found !== json) {
    course.report('structure', at, `expected one ${name} (JSON ${json}), found ${kind(value)}`);
  } else if (found === 'string' && isTooLong(value as string, name)) {
    course.report('too-long', at, `${(value as string).length} characters; a ${name} has at most ${LONGEST_STRING}`);
  } else {
    course.report('value', at, `${quote(value)} is not ${wanted(value, expected)}`);
  }
}

function wanted(value: unknown, expected: string): string {
  const character = typeof value === 'string' ? unwritable(value) : undefined;
  return character === undefined ? expected : `text without control characters: it has ${character}`;
}

function isTooLong(value: string, name: PrimitiveName): boolean {
  return value.length > LONGEST_STRING && (name === 'string' || name === 'markdown');
}
