// The public test suite of the FHIR reference validator, R4 cases: structure only.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '#libs/fhir-json';
import { validate } from '#libs/validation';

const folder = new URL('../../../../shared/vectors/fhir-validator/', import.meta.url);

interface Case {
  name: string;
  file: string;
  valid: boolean;
  errors: { code: string; text: string; at: string | null }[];
}

/** It is run with a switch that lets such an id pass. */
const MORE_STRICT = ['contained-resource-bad-id-ignore'];

/** What the reference validator says of faults that this validator looks for, where no profile is involved. */
const STRUCTURAL =
  /minimum required = 1, but only found 0 \(from http:\/\/hl7\.org\/fhir\/StructureDefinition\/[A-Z]|Not a valid date|Invalid Resource id|Array cannot be empty|must be a JSON Array|was not found in the value set|The property '\w+' is invalid|not a valid Base64/;

const cases: Case[] = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')).cases;

/** Undefined for a text that is no JSON. */
function read(file: string): JsonObject | undefined {
  try {
    return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  } catch {
    return undefined;
  }
}

const readable = cases.flatMap((each) => {
  const resource = read(each.file);
  return resource ? [{ ...each, resource, issues: validate(resource.resourceType as string, resource) }] : [];
});

describe('the cases of the reference validator', () => {
  test('that it calls valid are valid here', () => {
    const refused = readable.filter(({ valid, issues }) => valid && issues.length > 0);
    expect(refused.map(({ name }) => name)).toEqual(MORE_STRICT);
  });

  test('with a fault of structure have it here, at the same place', () => {
    const places = readable.flatMap(({ name, errors, issues }) => {
      const found = issues.map(({ expression }) => expression?.[0]);
      return errors
        .filter(({ text }) => STRUCTURAL.test(text))
        .map(({ at }) => ({ name, at: at!.replaceAll(/\/\*.*?\*\//g, '') }))
        .map(({ at }) => ({ name, at, isFound: found.includes(at) }));
    });
    expect(places.filter(({ isFound }) => !isFound)).toEqual([]);
    expect(places.length).toBeGreaterThan(15);
  });
});
