// The public test suite of the FHIR reference validator, R4 cases: its verdict on each.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { JsonError, parse } from '#libs/fhir-json';
import { type ValidationIssue, validateResource } from '#libs/validation';

const folder = new URL('../../../../shared/vectors/fhir-validator/', import.meta.url);

interface Case {
  name: string;
  file: string;
  valid: boolean;
}

/** Each with its reason in docs/validation.md. */
const DISAGREE = ['contained-resource-bad-id-ignore', 'cvx', 'dr-example-org', 'pat-dob-ext', 'signatures-example-2'];

const cases: Case[] = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')).cases;

function isValid(file: string): boolean {
  const source = readFileSync(new URL(file, folder));
  let issues: ValidationIssue[];
  try {
    issues = validateResource(parse(source).value, { source });
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
  return issues.every(({ severity }) => severity !== 'error' && severity !== 'fatal');
}

describe('the verdict of the reference validator', () => {
  test('is shared on all cases but those that are listed', () => {
    const disagreed = cases.filter(({ file, valid }) => isValid(file) !== valid);
    expect(disagreed.map(({ name }) => name)).toEqual(DISAGREE);
    expect(cases.length - disagreed.length).toBeGreaterThanOrEqual(66);
  });
});
