import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { validate } from '#libs/validation';
import { example, exampleFiles } from './example.js';

const knownDefects = JSON.parse(readFileSync(new URL('known-defects.json', import.meta.url), 'utf8'));

describe('the official examples of FHIR R4', () => {
  test('are valid but for those with a known defect', () => {
    const refused = exampleFiles().filter((file) => {
      const resource = example(file);
      return validate(resource.resourceType as string, resource).length > 0;
    });
    expect(exampleFiles().length).toBeGreaterThan(5000);
    expect(refused).toEqual(Object.keys(knownDefects));
  });
});
