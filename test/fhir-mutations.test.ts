import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonError, parse } from '#libs/fhir-json';
import { type Mutation, mutations } from './fhir-mutations.js';

const example = Buffer.from(`{
  "resourceType": "Patient", "id": "a",
  "name": [ { "given": ["Ä", "B"] , "family":"\\"}" } ], "contact":[], "active" : true, "multipleBirthInteger": 2.0
}`);

function verdict({ bytes }: Mutation): string {
  try {
    parse(bytes);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return error.reason;
  }
}

test('the same seed gives the same mutations, another seed others', () => {
  expect(mutations(example, 7, 50)).toEqual(mutations(example, 7, 50));
  expect(mutations(example, 7, 50)).not.toEqual(mutations(example, 8, 50));
  expect(mutations(example, 7, 50).slice(0, 10)).toEqual(mutations(example, 7, 10));
});

test('every kind comes up, and nothing stays as it was', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const found = mutations(example, seed, 100);
      expect(new Set(found.map(({ kind }) => kind)).size).toBe(4);
      expect(found.every(({ bytes }) => !example.equals(bytes))).toBe(true);
    }),
  );
});

test('a deleted or retyped node leaves JSON, a doubled one at most a duplicate name', () => {
  const found = mutations(example, 1, 2000);
  const verdicts = (kind: Mutation['kind']) => new Set(found.filter((mutation) => mutation.kind === kind).map(verdict));
  expect(verdicts('node deleted')).toEqual(new Set(['accepted']));
  expect(verdicts('node retyped')).toEqual(new Set(['accepted']));
  expect(verdicts('node doubled')).toEqual(new Set(['accepted', 'duplicate-name']));
  expect(verdicts('byte flipped').size).toBeGreaterThan(2);
});

test('every node is deleted by some mutation', () => {
  const texts = mutations(Buffer.from('{"a":[1,{"b":"c"}],"d":0}'), 1, 500)
    .filter(({ kind }) => kind === 'node deleted')
    .map(({ bytes }) => Buffer.from(bytes).toString());
  expect(new Set(texts)).toEqual(
    new Set(['{"d":0}', '{"a":[{"b":"c"}],"d":0}', '{"a":[1],"d":0}', '{"a":[1,{}],"d":0}', '{"a":[1,{"b":"c"}]}']),
  );
});

test('a text without nodes has bytes flipped', () => {
  expect(mutations(Buffer.from('{}'), 1, 20).every(({ kind }) => kind === 'byte flipped')).toBe(true);
});
