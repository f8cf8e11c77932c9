// RFC 8259, by the texts of JSONTestSuite: `y_` is JSON, `n_` is not.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { JsonError, parse } from '#libs/fhir-json';

const folder = new URL('../../../../shared/vectors/json-parsing/', import.meta.url);
const files = readdirSync(folder);
const read = (file: string) => readFileSync(new URL(encodeURIComponent(file), folder));
const TWINS = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json'];

test('the suite is there', () => {
  expect(files.filter((file) => file.startsWith('y_')).length).toBeGreaterThan(90);
  expect(files.filter((file) => file.startsWith('n_')).length).toBeGreaterThan(180);
});

describe('accepts', () => {
  test.each(files.filter((file) => file.startsWith('y_') && !TWINS.includes(file)))('%s', (file) => {
    const bytes = read(file);
    expect(parse(bytes).value).toEqual(JSON.parse(bytes.toString()));
  });
});

describe('refuses', () => {
  test.each(files.filter((file) => file.startsWith('n_')))('%s', (file) => {
    expect(() => parse(read(file))).toThrow(JsonError);
  });

  test.each(TWINS)('%s for its duplicate name', (file) => {
    expect(() => parse(read(file))).toThrow(expect.objectContaining({ reason: 'duplicate-name' }));
  });
});

describe('either accepts or refuses, and never fails otherwise,', () => {
  test.each(files.filter((file) => file.startsWith('i_')))('%s', (file) => {
    try {
      expect(typeof parse(read(file)).text).toBe('string');
    } catch (error) {
      expect(error).toBeInstanceOf(JsonError);
    }
  });
});
