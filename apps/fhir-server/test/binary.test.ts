// FHIR R4 binary.html#rest, from outside
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asking, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const PLAIN = { resourceType: 'Binary', contentType: 'text/plain', data: 'eA==' };
const JSON_TYPE = { accept: 'application/fhir+json' };
const idOf = (reply: { headers: Headers }) => reply.headers.get('location')?.split('/').at(-3) as string;

async function upload(bytes: Uint8Array, contentType = 'image/png', headers: Record<string, string> = {}) {
  const reply = await server.send('POST', 'Binary', {
    body: bytes,
    headers: { 'content-type': contentType, ...headers },
  });
  expect(reply.status).toBe(201);
  return idOf(reply);
}

async function download(path: string, headers: Record<string, string> = {}, as?: Asking) {
  const authorization = `Bearer ${await server.token(as)}`;
  const response = await fetch(`${server.origin}/fhir/${path}`, { headers: { authorization, ...headers } });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

test('content of any type goes in and comes out byte for byte', async () => {
  const bytes = randomBytes(300_000);
  const id = await upload(bytes, 'application/octet-stream');
  const out = await download(`Binary/${id}`);
  expect([out.status, out.headers.get('content-type'), out.headers.get('etag')]).toEqual([
    200,
    'application/octet-stream',
    '"1"',
  ]);
  expect(out.bytes.equals(bytes)).toBe(true);
});

test('the resource is given to who asks for FHIR', async () => {
  const id = await upload(Buffer.from('hello'), 'text/plain; charset=utf-8', { 'x-security-context': 'Patient/p' });
  const json = (await server.send('GET', `Binary/${id}`, { headers: JSON_TYPE })).json();
  expect(json).toMatchObject({
    resourceType: 'Binary',
    contentType: 'text/plain; charset=utf-8',
    securityContext: { reference: 'Patient/p' },
    data: 'aGVsbG8=',
  });
  expect((await server.send('GET', `Binary/${id}?_format=xml`)).text).toContain('<data value="aGVsbG8="/>');
  expect((await download(`Binary/${id}`)).headers.get('x-security-context')).toBe('Patient/p');
});

test('an update with content makes the next version, and each version keeps its own', async () => {
  const id = await upload(Buffer.from('one'), 'text/plain');
  const reply = await server.send('PUT', `Binary/${id}`, { body: 'two', headers: { 'content-type': 'text/css' } });
  expect(reply.status).toBe(200);
  const now = await download(`Binary/${id}`);
  expect([now.bytes.toString(), now.headers.get('content-type')]).toEqual(['two', 'text/css']);
  expect((await download(`Binary/${id}/_history/1`, { accept: 'text/*' })).bytes.toString()).toBe('one');
});

test('a Binary that came as a resource goes out as content too', async () => {
  const body = { resourceType: 'Binary', contentType: 'text/plain', data: 'aGk=' };
  const id = idOf(await server.send('POST', 'Binary', { body }));
  expect((await download(`Binary/${id}`, { accept: 'text/plain' })).bytes.toString()).toBe('hi');
});

test('content cannot be run or guessed at by a browser', async () => {
  const id = await upload(Buffer.from('<script>alert(1)</script>'), 'text/html');
  const { headers } = await download(`Binary/${id}`, { accept: 'text/html' });
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
});

describe('a range', () => {
  const bytes = randomBytes(5000);
  let id: string;
  beforeAll(async () => {
    id = await upload(bytes);
  });

  test.each([
    ['bytes=0-99', 206, [0, 100], 'bytes 0-99/5000'],
    ['bytes=4990-', 206, [4990, 5000], 'bytes 4990-4999/5000'],
    ['bytes=-10', 206, [4990, 5000], 'bytes 4990-4999/5000'],
    ['bytes=0-0,5-6', 200, [0, 5000], null],
  ] as const)('%s', async (range, status, [start, end], contentRange) => {
    const part = await download(`Binary/${id}`, { range });
    expect([part.status, part.headers.get('content-range')]).toEqual([status, contentRange]);
    expect(part.bytes.equals(bytes.subarray(start, end))).toBe(true);
    expect(part.headers.get('content-encoding')).toBeNull();
  });

  test('beyond the end is 416, and with If-Range the whole is given', async () => {
    const beyond = await download(`Binary/${id}`, { range: 'bytes=5000-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */5000']);
    expect((await download(`Binary/${id}`, { range: 'bytes=0-1', 'if-range': 'W/"1"' })).status).toBe(200);
  });
});

describe('content that is refused', () => {
  test.each([
    ['no media type', undefined, 415],
    ['a media type that is none', 'nonsense', 400],
  ])('%s', async (_, contentType, status) => {
    const authorization = `Bearer ${await server.token()}`;
    const response = await fetch(`${server.origin}/fhir/Binary`, {
      method: 'POST',
      headers: { authorization, ...(contentType === undefined ? {} : { 'content-type': contentType }) },
      body: new Uint8Array([1, 2, 3]),
    });
    expect(response.status).toBe(status);
  });

  test('a security context that is no reference', async () => {
    const headers = { 'content-type': 'text/plain', 'x-security-context': 'me and you' };
    expect((await server.send('POST', 'Binary', { body: 'x', headers })).status).toBe(400);
  });

  test('in place of another resource', async () => {
    expect(
      (await server.send('POST', 'Patient', { body: 'x', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(415);
  });
});

describe('who may see a Binary is decided by its security context', () => {
  const staff: Asking = {
    scope: 'user/*.cruds',
    fhirUser: 'Practitioner/1',
    organization: 'Organization/custodian',
    purpose_of_use: 'TREAT',
  };
  const stranger: Asking = { ...staff, fhirUser: 'Practitioner/9', organization: 'Organization/other' };
  const patient: Asking = { scope: 'patient/*.rs', fhirUser: 'Patient/bp', patient: 'bp', purpose_of_use: 'PATRQT' };
  const statuses = async (id: string) =>
    Promise.all([staff, stranger, patient].map(async (as) => (await download(`Binary/${id}`, {}, as)).status));

  const asStranger = async (method: string, id: string) => {
    const body = method === 'PUT' ? { body: { ...PLAIN, id } } : {};
    const { status, text } = await server.send(method, `Binary/${id}`, { ...body, as: stranger });
    return { status, text };
  };

  test('a Patient: staff and that patient see it, others do not, and each look leaves its event', async () => {
    await server.send('PUT', 'Patient/bp', { body: { resourceType: 'Patient', id: 'bp' } });
    const id = await upload(Buffer.from('secret'), 'text/plain', { 'x-security-context': 'Patient/bp' });
    const before = await server.traces();
    expect(await statuses(id)).toEqual([200, 404, 200]);
    expect((await server.traces()).events).toBe(before.events + 3);
    expect((await download(`Binary?_id=${id}`, {}, stranger)).bytes.toString()).not.toContain('Binary/');
  });

  test.each([
    'DocumentReference/d',
    'https://other.test/fhir/Patient/bp',
    'urn:uuid:0c5bd1cd-8d10-4a5d-a0f8-0d1f4a0c6a4c',
  ])('%s, of which it is not known whose it is: staff alone see it', async (reference) => {
    const body = { resourceType: 'Binary', contentType: 'text/plain', securityContext: { reference }, data: 'eA==' };
    const id = idOf(await server.send('POST', 'Binary', { body }));
    expect(await statuses(id)).toEqual([200, 404, 404]);
    expect(await server.store.check()).toEqual([]);
  });

  test.each([
    ['as content', { 'content-type': 'text/plain' }, 'secret'],
    ['as a resource', {}, PLAIN],
    ['with a context that is an identifier', {}, { ...PLAIN, securityContext: { identifier: { value: '1' } } }],
  ])('none, sent %s: staff alone see it, and to others it is as if it were not there', async (_, headers, body) => {
    const id = idOf(await server.send('POST', 'Binary', { headers, body, as: staff }));
    expect(await statuses(id)).toEqual([200, 404, 404]);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const [hidden, absent] = await Promise.all([id, 'absent'].map((one) => asStranger(method, one)));
      expect(hidden).toEqual(absent);
    }
    expect((await server.send('GET', `Binary?_id=${id}&_summary=count`, { as: stranger })).json().total).toBe(0);
    expect((await server.send('POST', 'Binary', { headers, body, as: stranger })).status).toBe(403);
  });

  test('content sent without X-Security-Context does not take the context from what it would replace', async () => {
    const text = { 'content-type': 'text/plain' };
    const id = await upload(Buffer.from('secret'), 'text/plain', { 'x-security-context': 'Patient/bp' });
    for (const [more, says] of [
      [{}, 'The Binary has a security context'],
      [{ 'if-match': 'W/"1"' }, 'or the Binary has'],
    ] as const) {
      const refused = await server.send('PUT', `Binary/${id}`, { body: 'open', headers: { ...text, ...more } });
      expect([refused.status, refused.json().issue?.[0]?.diagnostics]).toEqual([412, expect.stringContaining(says)]);
    }
    const headers = { ...text, 'x-security-context': 'Patient/bp' };
    expect((await server.send('PUT', `Binary/${id}`, { body: 'new', headers })).status).toBe(200);
    expect(await statuses(id)).toEqual([200, 404, 200]);
  });
});
