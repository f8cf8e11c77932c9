import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { validateResource } from '#libs/validation';
import { clinicalFiles, example } from './example.js';

const knownDefects: Record<string, string> = JSON.parse(
  readFileSync(new URL('known-defects-in-depth.json', import.meta.url), 'utf8'),
);

describe('the clinical examples of FHIR R4, in depth', () => {
  test('are valid but for those with a known defect, each with its reason', () => {
    const files = clinicalFiles();
    const refused = files.filter((file) =>
      validateResource(example(file)).some(({ severity }) => severity === 'error'),
    );
    expect(files.length).toBeGreaterThan(650);
    expect(refused).toEqual(Object.keys(knownDefects).filter((file) => files.includes(file)));
    for (const reason of Object.values(knownDefects)) expect(reason.length).toBeGreaterThan(20);
  });

  test('say what was found and where, and which rule says so', () => {
    const [issue] = validateResource(brokenRisk());
    expect(issue).toEqual({
      severity: 'error',
      code: 'invariant',
      details: 'Must be <= 100 (ras-2)',
      diagnostics: 'ras-2: probability is decimal implies (probability as decimal) <= 100',
      expression: ['RiskAssessment.prediction[0]'],
    });
  });
});

function brokenRisk() {
  return {
    resourceType: 'RiskAssessment',
    status: 'final',
    subject: { reference: 'Patient/1' },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">risk</div>' },
    prediction: [{ probabilityDecimal: 101 }],
  };
}
