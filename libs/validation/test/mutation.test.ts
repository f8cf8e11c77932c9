import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '#libs/fhir-json';
import { validate } from '#libs/validation';
import { clinicalFiles, example } from './example.js';
import { MUTATIONS, type Mutation } from './mutation.js';
import { typedNodes } from './typed-nodes.js';

const LONGEST = 100_000;

const examples = clinicalFiles()
  .map((file) => ({ file, resource: example(file) }))
  .filter(({ resource }) => JSON.stringify(resource).length <= LONGEST)
  .filter(({ resource }) => validate(resource.resourceType as string, resource).length === 0);

/** Breaks a copy at one of the places where it can be broken so, another one for each example. */
function broken(resource: JsonObject, { fits, apply }: Mutation, turn: number) {
  const copy = structuredClone(resource);
  const nodes = typedNodes(copy).filter(fits);
  return nodes.length === 0 ? undefined : { copy, at: apply(nodes[(turn * 31) % nodes.length]!) };
}

describe('each clinical example', () => {
  test('is among hundreds', () => {
    expect(examples.length).toBeGreaterThan(650);
  });

  test.each(MUTATIONS)('with $fault has that fault only, at its place', (mutation) => {
    let made = 0;
    const wrong = examples.flatMap(({ file, resource }, turn) => {
      const result = broken(resource, mutation, turn);
      if (!result) return [];
      made++;
      const { copy, at } = result;
      const issues = validate(resource.resourceType as string, copy);
      const found = issues.map(({ code, expression }) => `${code} ${expression?.[0]}`);
      return found.length === 1 && found[0] === `${mutation.code} ${at}` ? [] : [{ file, expected: at, issues }];
    });
    expect(wrong).toEqual([]);
    expect(made).toBeGreaterThan(100);
  });
});
