// FAULTS-AND-ABUSE, fuzzing: mutated Bundles and patches: never a 5xx, in bounded time, with an OperationOutcome that names the entry
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../apps/fhir-server/test/test-server.js';
import { answersTo } from './hostile-answers.js';
import { hostileBundles, hostilePatches, prepare } from './hostile-requests.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await prepare(server);
});
afterAll(() => server.close());

const SEED = 6;

test('a sample of mutated Bundles', async () => {
  const { faults, statuses } = await answersTo(server, hostileBundles(SEED, 120));
  expect(faults).toEqual([]);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 422]));
}, 60_000);

test('a sample of mutated patches', async () => {
  const { faults, statuses } = await answersTo(server, hostilePatches(SEED, 160));
  expect(faults).toEqual([]);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([400, 422]));
  expect(await server.store.check()).toEqual([]);
}, 60_000);

test('a transaction in which one entry is wrong names it, wherever it is', async () => {
  const right = { resource: { resourceType: 'Basic', code: { text: 'x' } }, request: { method: 'POST', url: 'Basic' } };
  const wrong: object[] = [
    { ...right, resource: { resourceType: 'Basic' } },
    { ...right, resource: { resourceType: 'Basic', code: { text: 7 } } },
    { ...right, resource: { resourceType: 'Nonsense' } },
    { ...right, request: { method: 'POST', url: 'http://elsewhere.test/Basic' } },
    { ...right, request: { method: 'FETCH', url: 'Basic' } },
    { ...right, request: { method: 'PUT', url: 'Basic/../x' } },
    { request: { method: 'POST', url: 'Basic' } },
    { request: { method: 'GET', url: 'Basic/none' } },
    { request: { method: 'GET', url: 'Basic?nonsense=1' } },
    { request: { method: 'PATCH', url: 'Basic/none' } },
    { resource: right.resource },
    {},
    { request: { method: 'DELETE', url: 'Basic' } },
  ];
  for (const [nth, entry] of wrong.entries()) {
    const at = nth % 3;
    const body = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [right, right, right].toSpliced(at, 0, entry as never),
    };
    const { status, text } = await server.send('POST', '/fhir', { body });
    const { issue } = JSON.parse(text) as { issue: { expression: string[] }[] };
    expect([nth, status >= 400 && status < 500, issue[0]?.expression[0]]).toEqual([
      nth,
      true,
      expect.stringMatching(new RegExp(`^Bundle\\.entry\\[${at}\\]`)),
    ]);
  }
});
