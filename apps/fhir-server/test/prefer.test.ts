// FHIR R4 http.html: Prefer, _format and X-Request-Id, on every interaction
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Reply, type SendOptions, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const id of ['u', 'p', 'm', 'cu', 'cp']) {
    await server.send('PUT', `Patient/${id}`, { body: { ...PATIENT, id, identifier: [{ value: id }] } });
  }
});
afterAll(() => server.close());

const PATIENT = { resourceType: 'Patient', active: true };
const PATCH = [{ op: 'replace', path: '/active', value: true }];
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const META = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { tag: [{ code: 't' }] } }] };

/** Every interaction that stores a resource, alone. */
const WRITES: [string, string, string, SendOptions][] = [
  ['create', 'POST', 'Patient', { body: PATIENT }],
  ['conditional create', 'POST', 'Patient', { body: PATIENT, headers: { 'if-none-exist': 'identifier=u' } }],
  ['update', 'PUT', 'Patient/u', { body: { ...PATIENT, id: 'u', identifier: [{ value: 'u' }] } }],
  ['conditional update', 'PUT', 'Patient?identifier=cu', { body: { ...PATIENT, identifier: [{ value: 'cu' }] } }],
  ['patch', 'PATCH', 'Patient/p', { body: PATCH, headers: JSON_PATCH }],
  ['conditional patch', 'PATCH', 'Patient?identifier=cp', { body: PATCH, headers: JSON_PATCH }],
];

const preferring = (prefer: string | undefined, { headers, ...options }: SendOptions): SendOptions => ({
  ...options,
  headers: { ...headers, ...(prefer === undefined ? {} : { prefer }) },
});
const typeOf = (reply: Reply) => (reply.text === '' ? undefined : reply.json().resourceType);

describe('Prefer: return', () => {
  test.each(WRITES)('of a %s', async (_, method, path, options) => {
    const answered = async (prefer: string | undefined) => {
      const reply = await server.send(method, path, preferring(prefer, options));
      expect(reply.status).toBeLessThan(300);
      expect(reply.headers.get('etag')).toMatch(/^W\/"\d+"$/);
      return typeOf(reply);
    };
    expect(await answered(undefined)).toBe('Patient');
    expect(await answered('return=representation')).toBe('Patient');
    expect(await answered('return=minimal')).toBeUndefined();
    expect(await answered('return=OperationOutcome')).toBe('OperationOutcome');
    expect(await answered('handling=lenient, return=minimal')).toBeUndefined();
    expect(await answered('return="minimal"')).toBeUndefined();
    expect(await answered('return=none')).toBe('Patient');
  });

  test.each(['batch', 'transaction'])(
    'of the entries of a %s, which without it are answered without content',
    async (type) => {
      const entry = [
        { resource: PATIENT, request: { method: 'POST', url: 'Patient' } },
        { resource: { ...PATIENT, id: 'm' }, request: { method: 'PUT', url: 'Patient/m' } },
      ];
      const answered = async (prefer?: string) => {
        const body = { resourceType: 'Bundle', type, entry };
        const reply = await server.send('POST', '/fhir', preferring(prefer, { body }));
        const entries = reply.json().entry as unknown as { resource?: object; response: { outcome?: object } }[];
        return entries.map(({ resource, response }) => [resource !== undefined, response.outcome !== undefined]);
      };
      expect(await answered()).toEqual(Array(2).fill([false, false]));
      expect(await answered('return=minimal')).toEqual(Array(2).fill([false, false]));
      expect(await answered('return=representation')).toEqual(Array(2).fill([true, false]));
      expect(await answered('return=OperationOutcome')).toEqual(Array(2).fill([false, true]));
    },
  );

  test('of an operation that changes a resource does not take away what the operation returns', async () => {
    const reply = await server.send('POST', 'Patient/u/$meta-add', preferring('return=minimal', { body: META }));
    expect([reply.status, typeOf(reply)]).toEqual([200, 'Parameters']);
  });
});

describe('Prefer: handling', () => {
  const asked = async (prefer?: string) => {
    const get = await server.send('GET', 'Patient?nonsense=1&_id=u', preferring(prefer, {}));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const post = await server.send(
      'POST',
      'Patient/_search',
      preferring(prefer, { body: 'nonsense=1&_id=u', headers }),
    );
    const body = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: 'Patient?nonsense=1&_id=u' } }],
    };
    const batch = await server.send('POST', '/fhir', preferring(prefer, { body }));
    const [entry] = batch.json().entry as unknown as [{ response: { status: string } }];
    return [get.status, post.status, Number(entry.response.status.slice(0, 3))];
  };

  test('strict, and nothing said, refuse what a search does not know; lenient leaves it out, and says so in the self link', async () => {
    expect(await asked()).toEqual([400, 400, 400]);
    expect(await asked('handling=strict')).toEqual([400, 400, 400]);
    expect(await asked('handling=lenient')).toEqual([200, 200, 200]);
    const reply = await server.send('GET', 'Patient?nonsense=1&_id=u', { headers: { prefer: 'handling=lenient' } });
    expect(reply.json().link?.[0]?.url).toMatch(/Patient\?_id=u$/);
  });

  test('lenient does not loosen the condition of a write', async () => {
    const headers = { prefer: 'handling=lenient', 'if-none-exist': 'nonsense=1' };
    expect((await server.send('POST', 'Patient', { body: PATIENT, headers })).status).toBe(400);
    expect((await server.send('DELETE', 'Patient?nonsense=1', { headers })).status).toBe(400);
  });
});

describe('_format and X-Request-Id', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const ALL: [string, string, SendOptions?][] = [
    ['GET', 'metadata?_format=xml'],
    ['GET', 'Patient/u?_format=xml'],
    ['GET', 'Patient/u/_history/1?_format=xml'],
    ['GET', 'Patient/u/_history?_format=xml'],
    ['GET', 'Patient/_history?_format=xml'],
    ['GET', '_history?_format=xml'],
    ['GET', 'Patient?_format=xml'],
    ['POST', 'Patient/_search?_format=xml', { body: '_id=u', headers: FORM }],
    ['POST', 'Patient/_search', { body: '_id=u&_format=xml', headers: FORM }],
    ['POST', 'Patient?_format=xml', { body: PATIENT }],
    ['PUT', 'Patient/u?_format=xml', { body: { ...PATIENT, id: 'u', identifier: [{ value: 'u' }] } }],
    ['PUT', 'Patient?identifier=cu&_format=xml', { body: { ...PATIENT, identifier: [{ value: 'cu' }] } }],
    ['PATCH', 'Patient/p?_format=xml', { body: PATCH, headers: JSON_PATCH }],
    ['DELETE', 'Patient/none?_format=xml'],
    ['POST', '/fhir?_format=xml', { body: { resourceType: 'Bundle', type: 'batch' } }],
    ['GET', 'Patient/u/$everything?_format=xml'],
    ['GET', 'Patient/u/$meta?_format=xml'],
    ['POST', 'Patient/u/$meta-add?_format=xml', { body: META }],
    ['GET', '_async/none?_format=xml'],
    ['GET', 'Patient/none?_format=xml'],
    ['GET', 'Nonsense?_format=xml'],
    ['PUT', '/fhir?_format=xml', { body: PATIENT }],
  ];

  test.each(ALL)('%s %s is answered in XML, and with the id of the request', async (method, path, options = {}) => {
    const id = 'client:7.a';
    const reply = await server.send(method, path, { ...options, headers: { ...options.headers, 'x-request-id': id } });
    expect(reply.headers.get('content-type')).toBe('application/fhir+xml; charset=utf-8');
    expect(reply.headers.get('x-request-id')).toBe(id);
  });
});
