// FHIR R4 provenance.html#header
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Reply, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const PROVENANCE = { resourceType: 'Provenance', recorded: '2024-01-01T00:00:00Z', agent: [{ who: { display: 'Ω' } }] };
const header = (provenance: object) => ({ 'x-provenance': Buffer.from(JSON.stringify(provenance)).toString('latin1') });
const create = (provenance: object, more: Record<string, string> = {}) =>
  server.send('POST', 'Patient', { body: { resourceType: 'Patient' }, headers: { ...header(provenance), ...more } });
const search = async (query: string) => (await server.send('GET', `Provenance?${query}`)).json();
const about = async (reply: Reply) => {
  const reference = reply.headers.get('location')?.split('/').slice(-4).join('/');
  return (await search(`target=${reference}`)).entry?.map(({ resource }) => resource) ?? [];
};

test('X-Provenance is stored with the write, about the version written', async () => {
  const reply = await create(PROVENANCE);
  expect(reply.status).toBe(201);
  const [stored, ...more] = await about(reply);
  expect([stored?.agent, more]).toEqual([PROVENANCE.agent, []]);
  expect(await server.store.check()).toEqual([]);
});

test('X-Provenance that is not valid, or that may not be written, stops the write', async () => {
  const before = await server.traces();
  for (const bad of [{ resourceType: 'Patient' }, { ...PROVENANCE, target: [{ reference: 'Patient/p' }] }]) {
    expect((await create(bad)).status).toBe(400);
  }
  expect((await create({ ...PROVENANCE, recorded: 'never' })).status).toBe(422);
  const none = await server.send('POST', 'Patient', {
    body: { resourceType: 'Patient' },
    headers: { 'x-provenance': '{' },
  });
  expect([none.status, none.json().issue?.[0]?.diagnostics]).toEqual([400, expect.stringContaining('X-Provenance')]);
  const as = { scope: 'system/Patient.cruds' };
  const options = { body: { resourceType: 'Patient' }, headers: header(PROVENANCE), as };
  expect((await server.send('POST', 'Patient', options)).status).toBe(403);
  expect((await server.traces()).versions).toBe(before.versions);
});

test('X-Provenance is not stored where nothing was written, and covers a whole transaction', async () => {
  await server.send('PUT', 'Patient/p', { body: { resourceType: 'Patient', id: 'p' } });
  const before = (await search('_summary=count')).total;
  expect((await create(PROVENANCE, { 'if-none-exist': '_id=p' })).status).toBe(200);
  expect((await search('_summary=count')).total).toBe(before);
  const entry = [1, 2].map(() => ({
    resource: { resourceType: 'Patient' },
    request: { method: 'POST', url: 'Patient' },
  }));
  const body = { resourceType: 'Bundle', type: 'transaction', entry };
  expect((await server.send('POST', '/fhir', { body, headers: header(PROVENANCE) })).status).toBe(200);
  expect((await search('_count=1')).entry?.[0]?.resource?.target).toHaveLength(2);
});

test('X-Provenance is not for a batch, whose entries are each their own', async () => {
  const before = await server.traces();
  const entry = [{ resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } }];
  const body = { resourceType: 'Bundle', type: 'batch', entry };
  expect((await server.send('POST', '/fhir', { body, headers: header(PROVENANCE) })).status).toBe(400);
  expect(await server.traces()).toEqual(before);
});

const OTHER = {
  scope: 'user/*.cruds',
  fhirUser: 'Practitioner/7',
  organization: 'Organization/other',
  purpose_of_use: 'TREAT',
};

test('X-Provenance belongs to the patients of what was written, so who may read that may read it and no other', async () => {
  const ada = { scope: 'patient/*.rs', fhirUser: 'Patient/ada', patient: 'ada', purpose_of_use: 'PATRQT' };
  await server.send('PUT', 'Patient/ada', { body: { resourceType: 'Patient', id: 'ada' } });
  const resource = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'c' },
    subject: { reference: 'Patient/ada' },
  };
  const entry = [{ resource, request: { method: 'POST', url: 'Observation' } }];
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
  for (const [path, body] of [
    ['Observation', resource],
    ['/fhir', bundle],
  ] as const) {
    expect((await server.send('POST', path, { body, headers: header(PROVENANCE) })).status).toBeLessThan(300);
    const [newest] = (await search('_sort=-_lastUpdated&_count=1')).entry ?? [];
    const of = `Provenance/${String(newest?.resource?.id)}`;
    const statuses = await Promise.all([ada, OTHER].map(async (as) => (await server.send('GET', of, { as })).status));
    expect(statuses).toEqual([200, 404]);
  }
  expect(await server.store.check()).toEqual([]);
});

test('who may write what is about no patient may say by X-Provenance how', async () => {
  const body = { resourceType: 'Location' };
  expect((await server.send('POST', 'Location', { body, headers: header(PROVENANCE), as: OTHER })).status).toBe(201);
  expect(await server.store.check()).toEqual([]);
});
