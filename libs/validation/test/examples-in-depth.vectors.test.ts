// hl7.fhir.r4.examples 4.0.1: every instance that FHIR R4 publishes.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { validateResource } from '#libs/validation';
import { example, exampleFiles } from './example.js';

const knownDefects = JSON.parse(readFileSync(new URL('known-defects-in-depth.json', import.meta.url), 'utf8'));

test('All official examples are valid in depth but for those with a known defect', () => {
  const refused = exampleFiles().filter((file) =>
    validateResource(example(file)).some(({ severity }) => severity === 'error'),
  );
  expect(refused).toEqual(Object.keys(knownDefects));
}, 600_000);
