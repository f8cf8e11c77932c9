// FHIR R4 references.html#literal
import { expect, test } from '@jest/globals';
import { literalReferences } from '../src/literal-references.js';

test('every literal reference is seen once, in contained resources and extensions too', () => {
  const resource = {
    resourceType: 'Basic',
    contained: [{ resourceType: 'Basic', id: 'a', subject: { reference: 'Patient/1' } }],
    extension: [{ url: 'urn:x', valueReference: { reference: 'Device/2' } }],
    subject: { reference: 'Patient/1' },
    author: { identifier: { value: 'none' } },
  };
  expect([...literalReferences(resource)].toSorted()).toEqual(['Device/2', 'Patient/1']);
});

test('what the entries of a Bundle refer to is theirs', () => {
  const entry = [{ resource: { resourceType: 'Basic', subject: { reference: 'Patient/1' } } }];
  expect(literalReferences({ resourceType: 'Bundle', entry }).size).toBe(0);
});

test('a list of half a million values is looked through', () => {
  const given = Array.from({ length: 500_000 }, () => 'x');
  expect(literalReferences({ resourceType: 'Patient', name: [{ given }] }).size).toBe(0);
});
