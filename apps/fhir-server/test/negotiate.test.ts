// FHIR R4 http.html#mime-type and RFC 9110 section 12.5.1.
import { describe, expect, test } from '@jest/globals';
import { bodyFormat, negotiate, patchFormat, prefersContent } from '../src/http/negotiate.js';

describe('the representation of an answer', () => {
  test.each([
    [undefined, null, 'json'],
    ['*/*', null, 'json'],
    ['application/fhir+xml', null, 'xml'],
    ['text/xml; charset=utf-8', null, 'xml'],
    ['application/xml;q=0.9, application/json', null, 'json'],
    ['application/json;q=0.1, application/xml', null, 'xml'],
    ['text/html, application/xml;q=0.9, */*;q=0.8', null, 'xml'],
    ['application/fhir+json;q=0, */*', null, 'json'],
    ['application/fhir+xml; fhirVersion=4.0', null, 'xml'],
    ['application/fhir+xml; fhirVersion=3.0, application/json', null, 'json'],
    ['application/fhir+json', 'xml', 'xml'],
    ['application/fhir+xml', 'application/fhir json', 'json'],
  ] as const)('Accept %p and _format %p give %s', (accept, format, expected) => {
    expect(negotiate(accept, format)).toBe(expected);
  });

  test.each([
    ['text/html', null],
    ['application/fhir+json;q=0', null],
    ['application/fhir+xml; fhirVersion=5.0', null],
    ['application/fhir+json', 'ttl'],
    ['__proto__', null],
    ['constructor', null],
  ])('Accept %p and _format %p are 406', (accept, format) => {
    expect(() => negotiate(accept, format)).toThrow(expect.objectContaining({ status: 406 }));
  });
});

test.each([
  [undefined, null, true],
  ['*/*', null, true],
  ['image/png', null, true],
  ['text/html, application/xml;q=0.9, */*;q=0.8', null, true],
  ['application/fhir+json', null, false],
  ['application/fhir+json, */*;q=0.1', null, false],
  ['image/png', 'json', false],
] as const)('of a Binary, Accept %p and _format %p want the content: %p', (accept, format, expected) => {
  expect(prefersContent(accept, format)).toBe(expected);
});

test.each([
  ['application/fhir+json', 'json'],
  ['application/json; charset=UTF-8', 'json'],
  ['text/xml', 'xml'],
  ['application/fhir+xml;charset="utf-8"', 'xml'],
] as const)('a body of %p is %s', (contentType, expected) => {
  expect(bodyFormat(contentType)).toBe(expected);
});

test.each([undefined, '*/*', 'text/plain', 'application/fhir+xml; charset=utf-16', 'application/json-patch+json'])(
  'a body of %p is 415',
  (contentType) => {
    expect(() => bodyFormat(contentType)).toThrow(expect.objectContaining({ status: 415 }));
  },
);

test('a patch is JSON Patch or FHIR, and what is refused learns what is taken', () => {
  expect(patchFormat('application/json-patch+json')).toBe('json');
  expect(patchFormat('application/fhir+xml')).toBe('xml');
  const headers = { 'Accept-Patch': 'application/json-patch+json, application/fhir+json, application/fhir+xml' };
  expect(() => patchFormat('application/xml-patch+xml')).toThrow(expect.objectContaining({ status: 415, headers }));
  expect(() => patchFormat('application/merge-patch+json')).toThrow(expect.objectContaining({ status: 415 }));
});
