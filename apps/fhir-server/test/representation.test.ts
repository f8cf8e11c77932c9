// FHIR R4 http.html#parameters and search.html#summary, and what HTTP itself asks for
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Reply, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ CORS_ORIGINS: 'https://app.test' });
  await server.send('PUT', 'Observation/o', { body: OBSERVATION });
  await server.send('PUT', 'Patient/p', { body: PATIENT });
});
afterAll(() => server.close());

const OBSERVATION =
  '{"resourceType":"Observation","id":"o","text":{"status":"empty","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">x</div>"},' +
  '"status":"final","code":{"text":"c"},"note":[{"text":"n"}],"valueQuantity":{"value":1.00},' +
  '"component":[{"code":{"text":"a"},"valueQuantity":{"value":1e2},"interpretation":[{"text":"i"}]}]}';
const PATIENT =
  '{"resourceType":"Patient","id":"p","meta":{"tag":[{"code":"t"}]},"active":true,' +
  '"_birthDate":{"extension":[{"url":"http://x.test","valueString":"e"}]},"birthDate":"2000-01-01","maritalStatus":{"text":"m"}}';
const get = (path: string, headers: Record<string, string> = {}) => server.send('GET', path, { headers });
const keysOf = (reply: Reply) => Object.keys(reply.json());
const tagsOf = (reply: Reply) => (reply.json().meta as { tag?: { code: string }[] }).tag?.map(({ code }) => code);

describe('_summary and _elements', () => {
  test.each([
    ['_summary=true', ['resourceType', 'id', 'meta', 'status', 'code', 'valueQuantity', 'component']],
    ['_summary=text', ['resourceType', 'id', 'text', 'status', 'code', 'meta']],
    ['_summary=data', ['resourceType', 'id', 'meta', 'status', 'code', 'note', 'valueQuantity', 'component']],
    ['_elements=note,value', ['resourceType', 'id', 'meta', 'status', 'code', 'note', 'valueQuantity']],
  ])('%s leaves what it should, and says that it is a part', async (query, elements) => {
    const reply = await get(`Observation/o?${query}`);
    expect(keysOf(reply).sort()).toEqual(elements.toSorted());
    expect(tagsOf(reply)).toEqual(['SUBSETTED']);
    const found = (await get(`Observation?_id=o&${query}`)).json().entry?.[0]?.resource as object;
    expect(Object.keys(found).sort()).toEqual(elements.toSorted());
    const old = (await get(`Observation/o/_history?${query}`)).json().entry?.[0]?.resource as object;
    expect(Object.keys(old).sort()).toEqual(elements.toSorted());
  });

  test('keep numbers, tags and what belongs to an element, and leave out parts of parts', async () => {
    const summary = await get('Observation/o?_summary=true');
    expect(summary.text).toContain('"valueQuantity":{"value":1.00}');
    expect(summary.text).toContain('"component":[{"code":{"text":"a"},"valueQuantity":{"value":1e2}}]');
    const patient = await get('Patient/p?_elements=birthDate');
    expect([keysOf(patient), tagsOf(patient)]).toEqual([
      ['resourceType', 'id', 'meta', '_birthDate', 'birthDate'],
      ['t', 'SUBSETTED'],
    ]);
  });

  test('false is the whole, count only the number, and the next page has the same form', async () => {
    expect((await get('Observation/o?_summary=false')).text).toBe((await get('Observation/o')).text);
    const count = (await get('Observation?_summary=count')).json();
    expect([count.total, count.entry]).toEqual([1, undefined]);
    await server.send('PUT', 'Patient/q', { body: { resourceType: 'Patient', id: 'q', maritalStatus: { text: 'm' } } });
    const page = (await get('Patient?_summary=true&_count=1')).json();
    const next = page.link?.find(({ relation }) => relation === 'next')?.url ?? '';
    expect(next).toContain('_summary=true');
    const second = await get(next.slice(next.indexOf('/fhir/') + 6));
    expect(second.json().entry?.[0]?.resource?.maritalStatus).toBeUndefined();
  });

  test('other values are refused before anything is done', async () => {
    const before = await server.traces();
    for (const query of ['_summary=x', '_summary=true&_elements=id']) {
      expect((await get(`Patient/p?${query}`)).status).toBe(400);
    }
    expect(await server.traces()).toEqual(before);
  });
});

test('_pretty changes white space alone', async () => {
  const plain = await get('Observation/o');
  const pretty = await get('Observation/o?_pretty=true');
  expect(pretty.text).toContain('\n  "status": "final",\n');
  expect(pretty.text.replace(/\n\s*/g, '').replaceAll('": ', '":')).toBe(plain.text);
  const xml = await get('Observation/o?_format=xml&_pretty=true');
  expect(xml.text).toContain('\n  <status value="final"/>\n');
  expect(xml.text.replace(/\n\s*/g, '')).toBe((await get('Observation/o?_format=xml')).text);
});

describe('HTTP', () => {
  test('HEAD answers as GET does, without a body, and leaves its event', async () => {
    const before = (await server.traces()).events;
    const head = await server.send('HEAD', 'Patient/p');
    expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', 'W/"1"']);
    expect((await server.send('HEAD', 'Patient/none')).status).toBe(404);
    expect((await server.traces()).events).toBe(before + 2);
  });

  test('gzip goes out to clients that take it', async () => {
    for (let index = 0; index < 10; index += 1) {
      await server.send('POST', 'Patient', { body: { resourceType: 'Patient' } });
    }
    const packed = await get('Patient', { 'accept-encoding': 'gzip' });
    expect([packed.headers.get('content-encoding'), packed.json().resourceType]).toEqual(['gzip', 'Bundle']);
    for (const refusing of ['identity', 'gzip;q=0']) {
      expect((await get('Patient', { 'accept-encoding': refusing })).headers.get('content-encoding')).toBeNull();
    }
  });

  test('X-Request-Id is kept where it is plain, and made where not', async () => {
    const idOf = async (path: string, id?: string) =>
      (await get(path, id === undefined ? {} : { 'x-request-id': id })).headers.get('x-request-id');
    expect(await idOf('Patient/p', 'abc-1')).toBe('abc-1');
    expect(await idOf('Patient/none', 'abc-2')).toBe('abc-2');
    expect(await idOf('Patient/p', 'a b<c>')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf('Patient/p')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('CORS lets in the configured origins alone', async () => {
    const allowed = async (origin: string) => {
      const headers = { origin, 'access-control-request-method': 'PUT' };
      const reply = await server.send('OPTIONS', 'Patient/p', { as: null, headers });
      return reply.headers.get('access-control-allow-origin');
    };
    expect(await allowed('https://app.test')).toBe('https://app.test');
    expect(await allowed('https://evil.test')).toBeNull();
    const actual = await get('Patient/p', { origin: 'https://app.test' });
    expect(actual.headers.get('access-control-expose-headers')).toContain('ETag');
  });

  test('versioned references are kept', async () => {
    const subject = { reference: 'Patient/p/_history/1' };
    const body = { resourceType: 'Encounter', status: 'finished', class: { code: 'A' }, subject };
    expect((await server.send('POST', 'Encounter', { body })).json().subject).toEqual(subject);
  });

  test('a body cut short leaves nothing', async () => {
    const before = await server.traces();
    const token = await server.token();
    const { hostname, port } = new URL(server.origin);
    await new Promise<void>((resolve) => {
      const type = { 'content-type': 'application/fhir+json', 'content-length': '1000' };
      const headers = { authorization: `Bearer ${token}`, ...type };
      const sent = httpRequest({ hostname, port, method: 'POST', path: '/fhir/Patient', headers });
      sent.on('error', () => resolve());
      sent.write('{"resourceType":"Patient"');
      setTimeout(() => sent.destroy(), 50);
    });
    expect(await server.traces()).toEqual(before);
  });
});
