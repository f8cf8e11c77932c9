// FHIR R4 http.html#transaction and bundle.html
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Entries, entriesOf, nameOf, patient, post, request, statusesOf } from './bundle-entries.js';
import { type SendOptions, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const send = (type: string, entry: object[], options: SendOptions = {}) =>
  server.send('POST', '/fhir', { body: { resourceType: 'Bundle', type, entry }, ...options });
const transaction = (entry: object[], options?: SendOptions) => send('transaction', entry, options);
const URN = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a';
const OTHER = 'urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059';

describe('a transaction', () => {
  test('stores all entries, answers in their order, and links them to each other', async () => {
    const observation =
      `{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"${URN}"},"encounter":{"reference":"#c"},` +
      `"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">caf\\u00e9 <a href=\\"${URN}\\">p</a></div>"},` +
      `"extension":[{"url":"http://x.test/e","valueReference":{"reference":"${URN}"}},{"url":"http://x.test/u","valueUri":"${URN}"},` +
      `{"url":"http://x.test/s","valueString":"${URN}"}],"identifier":[{"system":"urn:ietf:rfc:3986","value":"${URN}"}],` +
      `"contained":[{"resourceType":"Encounter","id":"c","status":"finished","class":{"code":"AMB"},"subject":{"reference":"${URN}"}}],` +
      `"valueQuantity":{"value":1.00},"component":[{"code":{"text":"y"},"valueQuantity":{"value":1e2}}]}`;
    const body =
      `{"resourceType":"Bundle","type":"transaction","entry":[` +
      `{"fullUrl":"${OTHER}","resource":${observation},"request":{"method":"POST","url":"Observation"}},` +
      `{"fullUrl":"${URN}","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]}`;
    const reply = await server.send('POST', '/fhir', { body });
    expect([reply.status, reply.json().type, statusesOf(reply)]).toEqual([200, 'transaction-response', ['201', '201']]);
    const [first, second] = entriesOf(reply) as [Entries[number], Entries[number]];
    const name = nameOf(second);
    const stored = (await server.send('GET', nameOf(first))).text;
    const meta = /"id":"[^"]+","meta":\{[^}]+\},/.exec(stored)?.[0] ?? '';
    const kept = (text: string) =>
      text.replaceAll(`"value":"${URN}"`, '"kept"').replaceAll(`"valueString":"${URN}"`, '"kept"');
    expect(kept(stored).replace(meta, '')).toBe(kept(observation).replaceAll(URN, name));
    expect(stored.split(name)).toHaveLength(6);
  });

  test('that has an entry which fails stores nothing, and names it', async () => {
    const before = await server.traces();
    const bad = { ...patient('Bad'), gender: 'xx' };
    const invalid = await transaction([post(patient('Good')), post(bad)]);
    expect([invalid.status, invalid.json().issue?.[0]?.expression]).toEqual([422, ['Bundle.entry[1].resource.gender']]);
    expect(await server.traces()).toEqual(before);
    const missing = await transaction([post(patient('Good')), { request: request('DELETE', 'Patient/not-there') }]);
    expect([missing.status, missing.json().issue?.[0]?.expression]).toEqual([404, ['Bundle.entry[1]']]);
    expect(await server.traces()).toEqual({ versions: before.versions, events: before.events + 1 });
    const stale = await transaction([
      post(patient('Good')),
      { resource: { ...patient('x'), id: 'fresh' }, request: request('PUT', 'Patient/fresh', { ifMatch: 'W/"3"' }) },
    ]);
    expect(stale.status).toBe(412);
    expect(await server.traces()).toEqual({ versions: before.versions, events: before.events + 2 });
    expect(await server.store.check()).toEqual([]);
  });

  test('is processed in the order delete, create, update, read', async () => {
    await server.send('PUT', 'Patient/order', { body: { ...patient('Old'), id: 'order' } });
    await server.send('PUT', 'Patient/doomed', { body: { ...patient('Doomed'), id: 'doomed' } });
    const reply = await transaction([
      { request: request('GET', 'Patient/order') },
      { resource: { ...patient('New'), id: 'order' }, request: request('PUT', 'Patient/order') },
      post(patient('Doomed'), { request: request('POST', 'Patient', { ifNoneExist: '_id=doomed' }) }),
      { request: request('DELETE', 'Patient/doomed') },
    ]);
    expect(reply.status).toBe(200);
    expect(entriesOf(reply)[0]?.resource?.name).toEqual([{ family: 'New' }]);
  });

  test('resolves conditional references and conditional creates, and refuses ambiguous ones', async () => {
    const organization = { resourceType: 'Organization', identifier: [{ system: 'urn:org', value: 'a' }], name: 'A' };
    const made = await server.send('POST', 'Organization', { body: organization });
    const id = made.headers.get('location')?.split('/').at(-3);
    const managed = patient('Managed', { managingOrganization: { reference: 'Organization?identifier=urn:org|a' } });
    const again = { fullUrl: URN, request: request('POST', 'Organization', { ifNoneExist: 'identifier=urn:org|a' }) };
    const linked = patient('Linked', { managingOrganization: { reference: URN } });
    const reply = await transaction([post(managed), post(organization, again), post(linked)]);
    expect(statusesOf(reply)).toEqual(['201', '200', '201']);
    for (const entry of [0, 2]) {
      const stored = await server.send('GET', nameOf(entriesOf(reply)[entry] as Entries[number]));
      expect(stored.json().managingOrganization).toEqual({ reference: `Organization/${id}` });
    }
    const nothing = patient('x', { managingOrganization: { reference: 'Organization?identifier=urn:org|none' } });
    expect((await transaction([post(nothing)])).status).toBe(412);
    await server.send('POST', 'Organization', { body: organization });
    const ambiguous = await transaction([post(managed)]);
    expect([ambiguous.status, ambiguous.json().issue?.[0]?.expression]).toEqual([412, ['Bundle.entry[0]']]);
  });

  test('follows relative references to entries that come from the same place', async () => {
    const reply = await transaction([
      post(patient('There'), { fullUrl: 'https://other.test/fhir/Patient/7' }),
      post(
        {
          resourceType: 'Encounter',
          status: 'finished',
          class: { code: 'AMB' },
          subject: { reference: 'Patient/7' },
        } as {
          resourceType: string;
        },
        { fullUrl: 'https://other.test/fhir/Encounter/8' },
      ),
    ]);
    const [there, encounter] = entriesOf(reply) as [Entries[number], Entries[number]];
    expect((await server.send('GET', nameOf(encounter))).json().subject).toEqual({ reference: nameOf(there) });
  });

  test('resolves conditional references last, so that they find what the transaction makes, and looks for many at once', async () => {
    const organization = (value: string) => ({
      resourceType: 'Organization',
      identifier: [{ system: 'urn:many', value }],
      name: value,
    });
    for (const value of ['0', '1', '2']) await server.send('POST', 'Organization', { body: organization(value) });
    const managed = (value: string) =>
      patient('Many', { managingOrganization: { reference: `Organization?identifier=urn:many|${value}` } });
    const values = Array.from({ length: 40 }, (_, index) => String(index % 3));
    const reply = await transaction(values.map((value) => post(managed(value))));
    expect(new Set(statusesOf(reply))).toEqual(new Set(['201']));
    for (const index of [0, 1, 2, 39]) {
      const stored = (await server.send('GET', nameOf(entriesOf(reply)[index] as Entries[number]))).json();
      const reference = (stored.managingOrganization as { reference: string }).reference;
      expect((await server.send('GET', reference)).json().name).toBe(String(index % 3));
    }
    // Process DELETE, POST, PUT, GET, then resolve conditional references: they see what the transaction has made.
    const own = await transaction([post(managed('new')), post(organization('new'))]);
    const [first, second] = entriesOf(own) as [Entries[number], Entries[number]];
    const found = (await server.send('GET', nameOf(first))).json().managingOrganization;
    expect(found).toEqual({ reference: nameOf(second) });
    const none = await transaction([post(organization('x')), post(managed('none'))]);
    expect([none.status, none.json().issue?.[0]?.expression]).toEqual([412, ['Bundle.entry[1]']]);
    const twins = await transaction([post(organization('y')), post(organization('y')), post(managed('y'))]);
    expect([twins.status, twins.json().issue?.[0]?.expression]).toEqual([412, ['Bundle.entry[2]']]);
  });

  test('creates once what it asks for twice under different conditions that match nothing yet, twice', async () => {
    const made = (identifier: string) =>
      post(patient('Twice', { identifier: [{ system: 'urn:twice', value: identifier }] }), {
        request: request('POST', 'Patient', { ifNoneExist: `identifier=urn:twice|${identifier}` }),
      });
    expect(statusesOf(await transaction([made('a'), made('b')]))).toEqual(['201', '201']);
    expect(statusesOf(await transaction([made('a'), made('c')]))).toEqual(['200', '201']);
    const headers = { prefer: 'return=representation' };
    const shown = entriesOf(await transaction([made('a'), made('d')], { headers }));
    expect(shown.map(({ resource }) => resource?.resourceType)).toEqual(['Patient', 'Patient']);
    expect((await transaction([made('e'), made('e')])).json().issue?.[0]?.expression).toEqual(['Bundle.entry[1]']);
  });

  test('resolves chains and rings of references among its entries, whatever their order', async () => {
    const urn = (digit: number) => `urn:uuid:61ebe359-bfdc-4613-8bf2-c5e30094590${digit}`;
    const part = (digit: number, of: number) =>
      post(
        { resourceType: 'Location', name: `L${digit}`, partOf: { reference: urn(of) } } as { resourceType: string },
        { fullUrl: urn(digit) },
      );
    const reply = await transaction([part(1, 2), part(2, 3), part(3, 1)]);
    const names = entriesOf(reply).map(nameOf);
    for (const [at, name] of names.entries()) {
      const { partOf } = (await server.send('GET', name)).json() as { partOf?: { reference: string } };
      expect(partOf).toEqual({ reference: names[(at + 1) % 3] });
    }
  });

  test('leads absolute references to the fullUrl of an entry to what became of it, and keeps versions and strangers', async () => {
    const there = 'https://other.test/fhir/Patient/7';
    const encounter = (reference: string) =>
      post({ resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, subject: { reference } } as {
        resourceType: string;
      });
    const references = [there, 'https://other.test/fhir/Patient/8', 'Patient/order/_history/1'];
    const reply = await transaction([post(patient('There'), { fullUrl: there }), ...references.map(encounter)]);
    const [first, ...others] = entriesOf(reply);
    const stored = await Promise.all(others.map(async (entry) => (await server.send('GET', nameOf(entry))).json()));
    const subjects = stored.map(({ subject }) => (subject as { reference: string }).reference);
    expect(subjects).toEqual([nameOf(first as Entries[number]), ...references.slice(1)]);
  });

  test('refuses two entries about one resource, one fullUrl twice, and conditions twice', async () => {
    const one = { resource: { ...patient('x'), id: 'one' }, request: request('PUT', 'Patient/one') };
    expect((await transaction([one, one])).status).toBe(400);
    expect((await transaction([one, { request: request('DELETE', 'Patient/one') }])).status).toBe(400);
    expect(
      (await transaction([post(patient('x'), { fullUrl: URN }), post(patient('x'), { fullUrl: URN })])).status,
    ).toBe(400);
    const conditional = post(patient('x'), { request: request('POST', 'Patient', { ifNoneExist: 'family=nobody' }) });
    expect((await transaction([conditional, conditional])).status).toBe(400);
  });

  test.each([
    'https://evil.test/fhir/Patient',
    '//evil.test/Patient',
    '/fhir/Patient',
    '../Patient',
    'Patient/../Patient',
    'file:///etc/passwd',
    'Patient\\1',
  ])('refuses the url %s and fetches nothing', async (url) => {
    const before = await server.traces();
    expect((await transaction([{ request: request('GET', url) }])).status).toBe(400);
    expect(statusesOf(await send('batch', [{ request: request('GET', url) }]))).toEqual(['400']);
    expect(await server.traces()).toEqual(before);
  });

  test('is all or nothing for who may do only a part of it, and leaves a denial', async () => {
    const before = await server.traces();
    const reply = await transaction(
      [post(patient('x')), post({ resourceType: 'Organization', name: 'x' } as { resourceType: string })],
      {
        as: { scope: 'system/Patient.cruds' },
      },
    );
    expect(reply.status).toBe(403);
    expect(await server.traces()).toEqual({ versions: before.versions, events: before.events + 1 });
  });

  test('fifty at once with the same condition make one resource', async () => {
    const entry = () =>
      post(patient('Fifty'), { request: request('POST', 'Patient', { ifNoneExist: 'family:exact=Fifty' }) });
    const replies = await Promise.all(Array.from({ length: 50 }, () => transaction([entry(), post(patient('Side'))])));
    const statuses = replies.map((reply) => statusesOf(reply)[0]);
    expect(statuses.filter((status) => status === '201')).toHaveLength(1);
    expect(statuses.filter((status) => status === '200')).toHaveLength(49);
  });

  test('that write the same resources in opposite order all succeed', async () => {
    const put = (id: string) => ({ resource: { ...patient('x'), id }, request: request('PUT', `Patient/${id}`) });
    const ids = ['d1', 'd2', 'd3', 'd4'];
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => transaction((index % 2 ? ids : ids.toReversed()).map(put))),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await server.send('GET', 'Patient/d1/_history')).json().total).toBe(20);
    expect(await server.store.check()).toEqual([]);
  });
});

describe('the base', () => {
  test.each([
    ['no JSON', '{"resourceType":"Bundle"', 400],
    ['another resource', '{"resourceType":"Patient"}', 400],
    ['a searchset', '{"resourceType":"Bundle","type":"searchset"}', 400],
    ['two lists of entries', '{"resourceType":"Bundle","type":"batch","entry":[],"entry":[]}', 400],
    ['a list of entries under an escaped name', '{"resourceType":"Bundle","type":"batch","\\u0065ntry":[{}]}', 400],
    [
      'an entry without request',
      '{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"}}]}',
      422,
    ],
    ['an unknown element', '{"resourceType":"Bundle","type":"transaction","x":1}', 422],
    ['text behind', '{"resourceType":"Bundle","type":"transaction"}x', 400],
    ['an unclosed entry', '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{}', 400],
    ['an entry that is none', '{"resourceType":"Bundle","type":"transaction","entry":[1]}', 400],
  ])('refuses %s', async (_name, body, status) => {
    const before = await server.traces();
    const reply = await server.send('POST', '/fhir', { body });
    expect([reply.status, reply.json().resourceType]).toEqual([status, 'OperationOutcome']);
    expect(await server.traces()).toEqual(before);
  });

  test('takes an empty transaction, and gives content only where Prefer asks for it', async () => {
    expect(
      (await server.send('POST', '/fhir', { body: '{"resourceType":"Bundle","type":"transaction"}' })).status,
    ).toBe(200);
    const headers = { prefer: 'return=representation' };
    expect(entriesOf(await transaction([post(patient('Full'))], { headers }))[0]?.resource?.resourceType).toBe(
      'Patient',
    );
    expect(entriesOf(await transaction([post(patient('Bare'))]))[0]?.resource).toBeUndefined();
  });

  test('refuses too many entries, a body over the limit, and a bomb', async () => {
    const many = `{"resourceType":"Bundle","type":"batch","entry":[${'{},'.repeat(25_000)}{}]}`;
    expect((await server.send('POST', '/fhir', { body: many })).status).toBe(400);
    const small = await startTestServer({ MAX_BUNDLE_BYTES: '20000', MAX_BODY_BYTES: '10000' });
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(1_000_000, ' '));
    const headers = { 'content-encoding': 'gzip' };
    expect((await small.send('POST', '/fhir', { body: bomb, headers })).status).toBe(413);
    expect((await small.send('POST', '/fhir', { body: ' '.repeat(30_000) })).status).toBe(413);
    expect((await small.send('POST', '/fhir', { body: ' '.repeat(30_000), as: null })).status).toBe(401);
    const packed = gzipSync(JSON.stringify(patient('Packed')));
    expect((await small.send('POST', 'Patient', { body: packed, headers })).status).toBe(201);
    expect((await small.send('POST', 'Patient', { body: packed, headers: { 'content-encoding': 'br' } })).status).toBe(
      415,
    );
    expect((await small.send('POST', 'Patient', { body: packed.subarray(0, 20), headers })).status).toBe(400);
    await small.close();
  });
});
