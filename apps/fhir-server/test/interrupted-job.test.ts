// FHIR R4 async.html: a transaction that is answered later is stored once or not at all, whatever happens to the process
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { accessContext } from '#libs/access';
import { openBlock, openEnvelope } from '#libs/fabric-block';
import { acceptJob, type Course, type FhirRequest, jobStatus, runJob, type Services } from '#libs/interactions';
import { masterKey, openStore, type Store, type TakenJob } from '#libs/store';
import { createDatabase, type TestDatabase } from '../../../test/database.js';
import { readConfig } from '../src/config.js';
import { JobRunner } from '../src/jobs/job-runner.js';

let database: TestDatabase;
let store: Store;
let services: Services;
beforeAll(async () => {
  database = await createDatabase();
  const migrations = join(import.meta.dirname, '../../../migrations');
  store = await openStore({ url: database.url, masterKey: masterKey(randomBytes(32)), migrations });
  const base = 'http://test/fhir';
  services = {
    store,
    site: 'site-a',
    base,
    custodian: 'Organization/custodian',
    pin: async () => undefined,
    openBlock,
    openEnvelope,
  };
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const claims = { iss: 'http://issuer.test', sub: 'system', scope: 'system/*.cruds', purpose_of_use: 'TREAT' };
const request: FhirRequest = {
  context: accessContext(claims, 'Organization/custodian'),
  type: '',
  query: [],
  ifNoneMatch: [],
  preference: {},
};
const LIMITS = { ofAll: 100, ofClient: 100, bytes: 1 << 24, seconds: 600 };
const COURSE: Course = { progress: () => undefined, isStopped: () => false, seconds: 600, bytes: 1 << 24 };
const SILENT = 0;

async function accepted(type: string, entries: number): Promise<string> {
  const resource = { resourceType: 'Patient', name: [{ family: 'Kill' }] };
  const entry = Array.from({ length: entries }, () => ({ resource, request: { method: 'POST', url: 'Patient' } }));
  const body = Buffer.from(JSON.stringify({ resourceType: 'Bundle', type, entry }));
  const { headers } = await acceptJob(services, { name: 'bundle', request: { ...request, body } }, LIMITS);
  return (headers['content-location'] ?? '').split('/').at(-1) ?? '';
}

const patients = async () => Number((await store.dataSource.query('SELECT count(*) AS n FROM version'))[0].n);
const status = (id: string) => jobStatus(services, request, id);
const taken = async () => (await store.jobs.take(SILENT)) as TakenJob;
const runner = () => new JobRunner(services, readConfig({ DATABASE_URL: 'x' }), pino({ level: 'silent' }));

async function settled(id: string) {
  for (;;) {
    const answer = await status(id);
    if (answer.status !== 202) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('what a process had begun that was killed is done by another, once', async () => {
  const before = await patients();
  const id = await accepted('transaction', 20);
  await taken();
  expect((await status(id)).headers['x-progress']).toBe('under way for 1 second');
  await runJob(services, await taken(), COURSE);
  expect([(await status(id)).status, (await patients()) - before]).toEqual([200, 20]);
});

test('a process that only seemed dead stores nothing once another has taken its job', async () => {
  const before = await patients();
  const id = await accepted('transaction', 20);
  const slow = await taken();
  const quick = await taken();
  await runJob(services, quick, COURSE);
  await runJob(services, slow, COURSE);
  expect((await patients()) - before).toBe(20);
  expect((await status(id)).status).toBe(200);

  await accepted('transaction', 20);
  const [late, later] = [await taken(), await taken()];
  await Promise.all([runJob(services, late, COURSE), runJob(services, later, COURSE)]);
  expect((await patients()) - before).toBe(40);
});

test('the status says that it was begun again, how far it is, how fast and for how long still', async () => {
  const id = await accepted('transaction', 4);
  await taken();
  const job = await taken();
  await store.jobs.alive(job, 1, 4);
  await new Promise((resolve) => setTimeout(resolve, 600));
  const { headers } = await status(id);
  expect(headers['x-progress']).toMatch(
    /^begun again after a stop of the server: 25 % of 4 entries, [12]\/s, about \d seconds? left$/,
  );
  await runJob(services, job, COURSE);
});

test('a batch that was killed is not done again, and its status says what is known', async () => {
  const before = await patients();
  const id = await accepted('batch', 3);
  await taken();
  await runJob(services, await taken(), COURSE);
  await expect(status(id)).rejects.toMatchObject({
    status: 500,
    issues: [{ code: 'incomplete', diagnostics: expect.stringMatching(/stopped in the middle of this batch/) }],
  });
  expect(await patients()).toBe(before);
});

test('what kills every process that tries it is given up', async () => {
  const id = await accepted('transaction', 1);
  let job = await taken();
  while (job.interrupted <= 3) job = await taken();
  await runJob(services, job, COURSE);
  await expect(status(id)).rejects.toMatchObject({ status: 500 });
});

test('a server that stops gives a transaction back, and the next one does it', async () => {
  const before = await patients();
  const first = runner();
  const id = await accepted('transaction', 800);
  first.look();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await first.beforeApplicationShutdown();
  expect([(await status(id)).status, await patients()]).toEqual([202, before]);
  const second = runner();
  second.onApplicationBootstrap();
  expect((await settled(id)).status).toBe(200);
  await second.beforeApplicationShutdown();
  expect((await patients()) - before).toBe(800);
});

test('a server that stops ends a batch where it is, and its answer says of each entry whether it was done', async () => {
  const before = await patients();
  const only = runner();
  const id = await accepted('batch', 800);
  only.look();
  while ((await patients()) < before + 5) await new Promise((resolve) => setTimeout(resolve, 5));
  await only.beforeApplicationShutdown();
  const answer = JSON.parse((await status(id)).body as string);
  const statuses = answer.entry[0].resource.entry.map(
    ({ response }: { response: { status: string } }) => response.status,
  );
  const created = statuses.filter((text: string) => text === '201 Created').length;
  expect(created).toBe((await patients()) - before);
  expect(statuses.filter((text: string) => text === '503 Service Unavailable')).toHaveLength(800 - created);
  expect(created).toBeLessThan(800);
});

test('an old row that somebody puts back is not done', async () => {
  const before = await patients();
  const { headers } = await acceptJob(
    services,
    { name: 'bundle', request: { ...request, body: Buffer.from('{"resourceType":"Bundle","type":"transaction"}') } },
    { ...LIMITS, seconds: 0 },
  );
  const id = (headers['content-location'] ?? '').split('/').at(-1) ?? '';
  await store.dataSource.query(`UPDATE job SET expires = clock_timestamp() + interval '1 hour'`);
  await runJob(services, await taken(), COURSE);
  await expect(status(id)).rejects.toMatchObject({ status: 504, issues: [{ code: 'timeout' }] });
  expect(await patients()).toBe(before);
});

test('an answer that is too large is refused, and then a transaction is not stored', async () => {
  const before = await patients();
  const id = await accepted('transaction', 5);
  await runJob(services, await taken(), { ...COURSE, bytes: 100 });
  await expect(status(id)).rejects.toMatchObject({ status: 422, issues: [{ code: 'too-costly' }] });
  expect(await patients()).toBe(before);
  expect(await store.check()).toEqual([]);
});
