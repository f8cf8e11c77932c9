// RFC 6902, as the JSON Patch test suite and HL7 check it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { canonical, type JsonValue, parse } from '#libs/fhir-json';
import { applyJsonPatch } from '#libs/fhir-patch';

interface Case {
  comment?: string;
  doc: JsonValue;
  patch: JsonValue;
  expected?: JsonValue;
  error?: string;
}

const vectors = join(import.meta.dirname, '../../../../shared/vectors');
const casesOf = (file: string) => JSON.parse(readFileSync(join(vectors, file), 'utf8')) as Case[];
const parsed = (value: JsonValue) => parse(Buffer.from(JSON.stringify(value)));

/** JSON cannot say in a parsed file what this case is about: the member `op` twice. The parser refuses that itself. */
const TWICE = 'duplicate ops';

describe.each([
  ['json-patch/tests.json', 95],
  ['json-patch/spec_tests.json', 17],
  ['fhir-patch/json-patch-tests.json', 16],
] as const)('%s', (file, count) => {
  const cases = casesOf(file);

  test(`has ${count} cases`, () => {
    expect(cases).toHaveLength(count);
  });

  test.each(cases.filter(({ comment }) => comment !== TWICE).map((one, index) => ({ ...one, index })))(
    'case $index: $comment $error',
    ({ doc, patch, expected, error }) => {
      const apply = () => applyJsonPatch(parsed(doc), parsed(patch));
      if (error !== undefined) expect(apply).toThrow();
      else expect(canonical(JSON.parse(apply()) as JsonValue)).toBe(canonical(expected ?? doc));
    },
  );
});

test('an operation that has op twice is refused by the parser', () => {
  expect(() => parse(Buffer.from('[{"op":"add","path":"/baz","value":"qux","op":"move","from":"/foo"}]'))).toThrow();
});
