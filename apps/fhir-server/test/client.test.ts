// fhir-kit-client, unmodified, through every interaction
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'fhir-kit-client';
import { startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await startTestServer();
  const asking = { scope: 'system/*.cruds', purpose_of_use: 'TREAT' };
  client = new Client({ baseUrl: `${server.origin}/fhir`, bearerToken: await server.token(asking) });
});
afterAll(() => server.close());

interface Resource {
  resourceType: string;
  [element: string]: unknown;
}
interface Bundle extends Resource {
  entry: { resource?: Resource; response: { status: string } }[];
  link: { relation: string; url: string }[];
}

const patient = (family: string, more: object = {}): Resource => ({
  resourceType: 'Patient',
  name: [{ family }],
  ...more,
});
/** The server's links name its configured base, which in a test is not the port it listens on. */
const reachable = (bundle: Resource) =>
  JSON.parse(JSON.stringify(bundle).replaceAll(server.base, `${server.origin}/fhir`)) as Bundle;
const status = (error: unknown) => (error as { response?: { status?: number } }).response?.status;

test('a client of its own reads, writes, searches, pages and asks for operations', async () => {
  expect((await client.capabilityStatement()).fhirVersion).toBe('4.0.1');

  const created = await client.create({ resourceType: 'Patient', body: patient('Kit') });
  const id = created.id as string;
  expect((await client.read({ resourceType: 'Patient', id })).name).toEqual([{ family: 'Kit' }]);

  const updated = await client.update({ resourceType: 'Patient', id, body: patient('Kit2', { id }) });
  expect((updated.meta as { versionId: string }).versionId).toBe('2');
  expect((await client.vread({ resourceType: 'Patient', id, version: '1' })).name).toEqual([{ family: 'Kit' }]);

  const jsonPatch = [{ op: 'add' as const, path: '/active', value: true }];
  const patched = await client.patch({ resourceType: 'Patient', id, jsonPatch });
  expect([patched.active, (patched.meta as { versionId: string }).versionId]).toEqual([true, '3']);

  const searchParams = { family: 'Kit2' };
  const conditional = await client.update({ resourceType: 'Patient', searchParams, body: patient('Kit3') });
  expect(conditional.id).toBe(id);

  const found = (await client.search({ resourceType: 'Patient', searchParams: { family: 'Kit3' } })) as Bundle;
  expect(found.entry.map(({ resource }) => resource?.id)).toEqual([id]);
  const options = { postSearch: true };
  const posted = await client.search({ resourceType: 'Patient', searchParams: { family: 'Kit3' }, options });
  expect((posted as Bundle).entry).toHaveLength(1);

  const across = { searchParams: { _type: 'Patient,Observation', _id: id } };
  expect(((await client.systemSearch(across)) as Bundle).entry.map(({ resource }) => resource?.id)).toEqual([id]);
  const subject = { reference: `Patient/${id}` };
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'kit' }, subject };
  const { id: observed } = await client.create({ resourceType: 'Observation', body: observation });
  const compartment = { resourceType: 'Patient', id };
  const within = await client.compartmentSearch({ resourceType: 'Observation', compartment });
  expect((within as Bundle).entry.map(({ resource }) => resource?.id)).toEqual([observed]);
  const posting = { resourceType: 'Observation', compartment, searchParams: { status: 'final' }, options };
  expect(((await client.compartmentSearch(posting)) as Bundle).entry).toHaveLength(1);
  await client.delete({ resourceType: 'Observation', id: observed as string });

  const entry = ['a', 'b', 'c'].map((family) => ({
    resource: patient(`Page-${family}`),
    request: { method: 'POST', url: 'Patient' },
  }));
  const stored = (await client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } })) as Bundle;
  expect(stored.entry.map(({ response }) => response.status)).toEqual(Array(3).fill('201 Created'));
  const asked = { method: 'GET', url: `Patient/${id}` };
  const batch = { resourceType: 'Bundle', type: 'batch', entry: [{ request: asked }] };
  expect(((await client.batch({ body: batch })) as Bundle).entry[0]?.resource?.id).toBe(id);

  const query = { family: 'page', _count: 2 };
  const first = reachable(await client.search({ resourceType: 'Patient', searchParams: query }));
  const second = (await client.nextPage({ bundle: first })) as Bundle;
  expect([first.entry.length, second.entry.length]).toEqual([2, 1]);

  for (const history of [{ resourceType: 'Patient', id }, { resourceType: 'Patient' }, {}]) {
    expect((await client.history(history)).type).toBe('history');
  }

  const everything = await client.operation({ name: '$everything', resourceType: 'Patient', id, method: 'GET' });
  expect((everything as Bundle).entry.map(({ resource }) => resource?.id)).toEqual([id]);
  const parameter = [{ name: 'meta', valueMeta: { tag: [{ system: 'urn:t', code: 'kit' }] } }];
  const input = { resourceType: 'Parameters', parameter };
  await client.operation({ name: '$meta-add', resourceType: 'Patient', id, input });
  expect((await client.read({ resourceType: 'Patient', id })).meta).toMatchObject({ tag: [{ code: 'kit' }] });

  await client.delete({ resourceType: 'Patient', id });
  await expect(client.read({ resourceType: 'Patient', id }).catch((error: unknown) => status(error))).resolves.toBe(
    410,
  );
  expect(await server.store.check()).toEqual([]);
});
