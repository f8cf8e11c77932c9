// FHIR R4 fhirpatch.html, as HL7's test cases check it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { canonical, type JsonValue, parse } from '#libs/fhir-json';
import { applyFhirPathPatch } from '#libs/fhir-patch';
import { toJson } from '#libs/fhir-xml';

const file = join(import.meta.dirname, '../../../../shared/vectors/fhir-patch/fhir-patch-tests.xml');
const text = readFileSync(file, 'utf8');

const cases = [...text.matchAll(/<case name="([^"]*)"[^>]*>(.*?)<\/case>/gs)].map(([, name = '', content = '']) => ({
  name,
  input: resourceIn(content, 'input') as string,
  diff: resourceIn(content, 'diff') as string,
  output: resourceIn(content, 'output'),
  error: /<error\s/.test(content),
}));

/** The JSON of the resource in one part of a case. */
function resourceIn(content: string, part: string): string | undefined {
  const found = new RegExp(`<${part}>\\s*(.*?)\\s*</${part}>`, 's').exec(content)?.[1];
  return found === undefined ? undefined : toJson(Buffer.from(found));
}

/** Narratives are compared as XML: but for white space, and quotes are quotes. */
function comparable(json: string): string {
  const value = JSON.parse(json, (name, inner: unknown) =>
    name === 'div'
      ? String(inner)
          .replace(/\s+/g, ' ')
          .replace(/ ?(<[^>]*>) ?/g, '$1')
          .replaceAll('&quot;', '"')
      : inner,
  ) as JsonValue;
  return canonical(value);
}

test('there are 33 cases', () => {
  expect(cases).toHaveLength(33);
});

test.each(cases)('$name', ({ input, diff, output, error }) => {
  const apply = () => applyFhirPathPatch(parse(Buffer.from(input)), parse(Buffer.from(diff)));
  expect(error).toBe(output === undefined);
  if (output === undefined) expect(apply).toThrow();
  else expect(comparable(apply())).toBe(comparable(output));
});
