// hl7.fhir.r4.examples 4.0.1: which of them a server that validates must refuse
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from '@jest/globals';
import type { JsonObject } from '#libs/fhir-json';
import { validateResource } from '#libs/validation';
import { clinicalExamples } from '../../src/import/clinical-examples.js';
import { knownDefects } from '../../src/import/known-defects.js';

test('the clinical examples that a write refuses are those with a known defect, each with its reason', () => {
  const refused = clinicalExamples().filter((path) => {
    const resource = JSON.parse(readFileSync(path, 'utf8')) as JsonObject;
    return validateResource(resource, { errorsOnly: true, impliedAs: 'warning' }).length > 0;
  });
  expect(refused.map((path) => basename(path))).toEqual(Object.keys(knownDefects()).sort());
  expect(refused).toHaveLength(33);
  for (const reason of Object.values(knownDefects())) expect(reason.length).toBeGreaterThan(20);
});
