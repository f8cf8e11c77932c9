// FHIR R4, Bundle: searchset and history.
import { expect, test } from '@jest/globals';
import { bundleText } from '#libs/fhir-model';

const link = { relation: 'self' as const, url: 'http://127.0.0.1:8080/fhir/Patient?name="x"' };

test('a searchset has its total, links, and the stored text of every resource', () => {
  const resourceText = '{"resourceType":"Patient","id":"a","multipleBirthInteger":1e0}';
  const text = bundleText({
    type: 'searchset',
    total: 1,
    links: [link],
    entries: [{ fullUrl: 'http://127.0.0.1:8080/fhir/Patient/a', resourceText, search: { mode: 'match' } }],
  });
  expect(text).toContain(`"resource":${resourceText},"search":{"mode":"match"}`);
  expect(JSON.parse(text)).toEqual({
    resourceType: 'Bundle',
    type: 'searchset',
    total: 1,
    link: [link],
    entry: [
      {
        fullUrl: 'http://127.0.0.1:8080/fhir/Patient/a',
        resource: JSON.parse(resourceText),
        search: { mode: 'match' },
      },
    ],
  });
});

test('an empty result has no entry element, since FHIR has no empty arrays', () => {
  expect(bundleText({ type: 'searchset', total: 0, links: [], entries: [] })).toBe(
    '{"resourceType":"Bundle","type":"searchset","total":0}',
  );
});

test('a deletion in a history has request and response, but no resource', () => {
  const entry = {
    fullUrl: 'http://127.0.0.1:8080/fhir/Patient/a',
    request: { method: 'DELETE' as const, url: 'Patient/a' },
    response: { status: '204', etag: 'W/"2"', lastModified: '2026-11-21T09:30:00.250Z' },
  };
  expect(JSON.parse(bundleText({ type: 'history', links: [link], entries: [entry] }))).toEqual({
    resourceType: 'Bundle',
    type: 'history',
    link: [link],
    entry: [entry],
  });
});
