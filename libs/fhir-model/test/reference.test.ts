// FHIR R4, section 2.3.0 "Resource References".
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFragment, isUrn, parseReference, referenceText } from '#libs/fhir-model';

describe('parseReference reads', () => {
  test.each([
    ['Patient/1', { type: 'Patient', id: '1' }],
    ['Patient/a.b-C/_history/7', { type: 'Patient', id: 'a.b-C', version: '7' }],
    ['http://h/fhir/Patient/1', { type: 'Patient', id: '1', base: 'http://h/fhir' }],
    ['https://h:8/a/b/Group/1/_history/2', { type: 'Group', id: '1', version: '2', base: 'https://h:8/a/b' }],
    ['http://h/Group/1', { type: 'Group', id: '1', base: 'http://h' }],
  ])('%s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });
});

describe('parseReference refuses', () => {
  test.each([
    '',
    '#p1',
    'urn:uuid:5bdb9b9a-91a9-4e5a-a1f4-6c1ec1f93d40',
    'Patient',
    'Patient/',
    'patient/1',
    '/Patient/1',
    'Patient/1/',
    'Patient/a_b',
    `Patient/${'a'.repeat(65)}`,
    'Patient/1/_history',
    'Patient/1/_history/',
    'Patient/1?x=y',
    'Patient/1#x',
    'ftp://h/Patient/1',
    'http://h/fhir?x=/Patient/1',
    'Patient/1\n',
    `http://h/${'a/'.repeat(50_000)}`,
  ])('%j', (text) => {
    expect(parseReference(text)).toBeUndefined();
  });
});

test('every reference that is written is read back', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9\-.]{1,64}$/);
  const reference = fc.record(
    {
      type: fc.constantFrom('Patient', 'Observation'),
      id,
      version: id,
      base: fc.webUrl({ validSchemes: ['http', 'https'] }).map(trimmed),
    },
    { requiredKeys: ['type', 'id'] },
  );
  fc.assert(
    fc.property(reference, (parts) => {
      expect(parseReference(referenceText(parts))).toEqual(parts);
    }),
  );
});

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}

test('fragments and urns are known by their beginning', () => {
  expect(['#', '#a', 'Patient/1', 'urn:oid:1.2'].map(isFragment)).toEqual([true, true, false, false]);
  expect(['urn:uuid:x', 'URN:oid:1.2', 'Patient/urn', '#urn:'].map(isUrn)).toEqual([true, true, false, false]);
});
