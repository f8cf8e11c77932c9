import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { elements, members, parse } from '#libs/fhir-json';
import { json, name } from './generators.js';

test('the spans of members are those of their values, whatever the indentation', () => {
  fc.assert(
    fc.property(fc.dictionary(name, json), fc.integer({ min: 0, max: 3 }), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const found = members(text).map(({ name, start, end }) => [name, JSON.parse(text.slice(start, end))]);
      expect(Object.fromEntries(found)).toEqual(JSON.parse(text));
    }),
  );
});

test('the spans of elements are those of their values, whatever the indentation', () => {
  fc.assert(
    fc.property(fc.array(json), fc.integer({ min: 0, max: 3 }), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(Array.from(elements(text), ({ start, end }) => JSON.parse(text.slice(start, end)))).toEqual(
        JSON.parse(text),
      );
    }),
  );
});

test('a span keeps the exact source of a nested resource', () => {
  const text = '{"entry" : [ { "resource" : { "a": 1.00 , "b" : "]}\\\\" } } ]}';
  const entry = [...members(text)][0]!;
  const first = [...elements(text, entry.start)][0]!;
  const resource = [...members(text, first.start)][0]!;
  expect(text.slice(resource.start, resource.end)).toBe('{ "a": 1.00 , "b" : "]}\\\\" }');
  expect(parse(Buffer.from(text)).text).toBe('{"entry":[{"resource":{"a":1.00,"b":"]}\\\\"}}]}');
});

test('asking for members where no object starts is an error', () => {
  expect(() => [...members('[]')]).toThrow(TypeError);
  expect(() => [...elements('{}')]).toThrow(TypeError);
});
