// FHIR R4 binary.html#rest and RFC 9110 section 14.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byteRange } from '../src/binary/byte-range.js';
import { contentAnswer } from '../src/binary/content-answer.js';
import { binaryOf } from '../src/binary/from-content.js';

const answer = (resource: object) => ({ status: 200, headers: { etag: 'W/"1"' }, body: JSON.stringify(resource) });

test('content becomes a Binary, and comes out as it went in', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const body = binaryOf({ contentType: 'image/png' }, undefined, bytes);
      const out = contentAnswer({ status: 200, headers: {}, body });
      expect(Buffer.from(out.body as Uint8Array)).toEqual(Buffer.from(bytes));
      expect(out.contentType).toBe('image/png');
    }),
  );
});

test('the security context goes in by its header and out by it', () => {
  const body = binaryOf({ contentType: 'text/plain', securityContext: 'Patient/1' }, 'b', Buffer.from('x'));
  expect(JSON.parse(body.toString())).toEqual({
    resourceType: 'Binary',
    id: 'b',
    contentType: 'text/plain',
    securityContext: { reference: 'Patient/1' },
    data: 'eA==',
  });
  expect(contentAnswer({ status: 200, headers: {}, body }).headers['x-security-context']).toBe('Patient/1');
});

test.each(['', 'text', 'text/', 'text/html\r\nx: y', 'a/b; c', `a/${'b'.repeat(300)}`])(
  '%j is no media type',
  (contentType) => {
    expect(() => binaryOf({ contentType }, undefined)).toThrow(expect.objectContaining({ status: 400 }));
  },
);

test('a security context that is no reference is refused', () => {
  const content = { contentType: 'text/plain', securityContext: 'my patient' };
  expect(() => binaryOf(content, undefined)).toThrow(expect.objectContaining({ status: 400 }));
});

describe('content goes out', () => {
  const html = { resourceType: 'Binary', contentType: 'text/html', data: Buffer.from('<script>').toString('base64') };

  test('so that no browser guesses at it or runs it', () => {
    expect(contentAnswer(answer(html)).headers).toEqual({
      etag: '"1"',
      'accept-ranges': 'bytes',
      'content-disposition': 'attachment',
      'content-length': '8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  test('as octets where its media type could not stand in a header', () => {
    expect(contentAnswer(answer({ ...html, contentType: 'text/html\r\nset-cookie: a=b' })).contentType).toBe(
      'application/octet-stream',
    );
    const context = { reference: 'Patient/1\r\nx: y' };
    expect(contentAnswer(answer({ ...html, securityContext: context })).headers).not.toHaveProperty(
      'x-security-context',
    );
  });

  test('in part, if a range is asked for', () => {
    const part = contentAnswer(answer(html), 'bytes=1-6');
    expect([part.status, Buffer.from(part.body as Uint8Array).toString(), part.headers['content-range']]).toEqual([
      206,
      'script',
      'bytes 1-6/8',
    ]);
    const none = contentAnswer(answer(html), 'bytes=8-');
    expect([none.status, none.body, none.headers['content-range']]).toEqual([416, undefined, 'bytes */8']);
  });

  test('but not in place of another resource, or of a refusal', () => {
    const patient = answer({ resourceType: 'Patient' });
    expect(contentAnswer(patient)).toBe(patient);
    const refused = { ...answer(html), status: 410 };
    expect(contentAnswer(refused)).toBe(refused);
  });
});

test.each([
  ['bytes=0-0', 10, { start: 0, end: 0 }],
  ['bytes=2-', 10, { start: 2, end: 9 }],
  ['bytes=-3', 10, { start: 7, end: 9 }],
  ['bytes=-30', 10, { start: 0, end: 9 }],
  ['bytes=5-99', 10, { start: 5, end: 9 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=5-2', 10, undefined],
  ['bytes=0-1,3-4', 10, undefined],
  ['lines=0-1', 10, undefined],
  ['bytes=99999999999999999999-', 10, undefined],
  [undefined, 10, undefined],
] as const)('the range %j of %d bytes is %j', (header, length, expected) => {
  expect(byteRange(header, length)).toEqual(expected);
});
