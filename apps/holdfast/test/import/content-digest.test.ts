// RFC 8259, and FHIR R4, section 2.26.3.0 "Resource": what a server may change in a resource that it stores.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contentDigest, isOpenContent, openContent } from '../../src/import/content-digest.js';
import { tokens } from '../../src/import/tokens.js';

describe('tokens', () => {
  test('are brackets, strings unescaped, numbers and literals as they stand', () => {
    expect(tokens(' {"a\\u0062" : [ 1.00,-2e+3 , true,null ],\n"c":"\\"{" } ')).toEqual([
      '{',
      '"ab"',
      '[',
      '1.00',
      '-2e+3',
      'true',
      'null',
      ']',
      '"c"',
      '"\\"{"',
      '}',
    ]);
  });

  test.each(['"open', '"open\\"', '{]x$', "'a'"])('cannot be read from %s', (text) => {
    expect(() => tokens(text)).toThrow(SyntaxError);
  });

  test('of a string of a megabyte are one', () => {
    expect(tokens(JSON.stringify('a\\'.repeat(500_000)))).toHaveLength(1);
  });
});

const same = (a: string, b: string) => contentDigest(a) === contentDigest(b);

describe('two resources are the same', () => {
  test.each([
    ['{"a":"/ä"}', ' { "a" : "\\/\\u00e4" } '],
    ['{"a":1}', '{"id":"x","a":1}'],
    ['{"a":1}', '{"id":"x","meta":{"versionId":"1","lastUpdated":"now"},"a":1}'],
    ['{"meta":{"tag":[{"id":"t"}]},"a":1}', '{"meta":{"versionId":"1","tag":[{"id":"t"}]},"a":1}'],
    ['{"meta":{"source":"s","lastUpdated":"then"}}', '{"meta":{"lastUpdated":"now","versionId":"2","source":"s"}}'],
  ])('%s and %s', (a, b) => {
    expect(same(a, b)).toBe(true);
  });
});

describe('two resources are not the same', () => {
  test.each([
    ['{"a":1.0}', '{"a":1.00}'],
    ['{"a":1}', '{"a":"1"}'],
    ['{"a":[1,2]}', '{"a":[12]}'],
    ['{"a":[[1],2]}', '{"a":[[1,2]]}'],
    ['{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['{"a":"x y"}', '{"a":"xy"}'],
    ['{"a":{"id":"1"}}', '{"a":{"id":"2"}}'],
    ['{"a":{"meta":{"versionId":"1"}}}', '{"a":{}}'],
    ['{"meta":{"tag":[]}}', '{}'],
    ['{"meta":{"profile":["a"]}}', '{"meta":{"profile":["b"]}}'],
    ['{"meta":null}', '{}'],
    ['{"_id":{}}', '{}'],
  ])('%s and %s', (a, b) => {
    expect(same(a, b)).toBe(false);
  });
});

test('for every two values, the digests are equal exactly if the JSON texts are', () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((content) => ({ content }));
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(same(JSON.stringify(a, null, 2), JSON.stringify(a))).toBe(true);
      expect(same(JSON.stringify(a), JSON.stringify(b))).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

describe('what was sent in a transaction', () => {
  const sent = `{"resourceType":"Observation","id":"x","subject":{"reference":"urn:uuid:1"},"performer":[
    {"reference":"Practitioner?identifier=a|1","display":"Dr."},{"reference":"Practitioner/7"}],"valueInteger":1.0}`;
  const read = (subject: string, performer: string, rest = '"valueInteger":1.0') =>
    `{"resourceType":"Observation","id":"y","meta":{"versionId":"1"},"subject":{"reference":"${subject}"},"performer":[
    {"reference":"${performer}","display":"Dr."},{"reference":"Practitioner/7"}],${rest}}`;

  test('is what is read with literal references in place of the others', () => {
    expect(isOpenContent(read('Patient/1', 'Practitioner/2'), openContent(sent))).toBe(true);
  });

  test.each([
    ['a reference that was not replaced', read('urn:uuid:1', 'Practitioner/2')],
    ['a conditional reference that was not replaced', read('Patient/1', 'Practitioner?identifier=a|1')],
    ['another number', read('Patient/1', 'Practitioner/2', '"valueInteger":1')],
    ['another literal reference', read('Patient/1', 'Practitioner/2').replace('Practitioner/7', 'Practitioner/8')],
    ['something more', read('Patient/1', 'Practitioner/2', '"valueInteger":1.0,"note":[]')],
  ])('is not %s', (_, text) => {
    expect(isOpenContent(text, openContent(sent))).toBe(false);
  });
});
