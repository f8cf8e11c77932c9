// FHIR R4 async.html: Prefer: respond-async
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asking, type Reply, type SendOptions, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ ASYNC_JOBS_PER_CLIENT: '12' });
});
afterAll(() => server.close());

const SYSTEM: Asking = { scope: 'system/*.cruds', purpose_of_use: 'TREAT' };
const STAFF: Asking = {
  scope: 'user/*.cruds',
  fhirUser: 'Practitioner/p',
  organization: 'Organization/custodian',
  purpose_of_use: 'TREAT',
};

/** Asks for an answer later; the path of its status URL. */
async function deferred(method: string, path: string, { headers, ...options }: SendOptions = {}): Promise<string> {
  const reply = await server.send(method, path, { ...options, headers: { ...headers, prefer: 'respond-async' } });
  expect([reply.status, reply.text]).toEqual([202, '']);
  expect(reply.headers.get('preference-applied')).toBe('respond-async');
  const url = reply.headers.get('content-location') ?? '';
  expect(url.startsWith(`${server.base}/_async/`)).toBe(true);
  return url.slice(server.base.length + 1);
}

/** Asks until it is done. */
async function outcome(path: string, options: SendOptions = {}): Promise<Reply> {
  for (;;) {
    const reply = await server.send('GET', path, options);
    if (reply.status !== 202) return reply;
    expect(reply.headers.get('x-progress')?.length).toBeLessThan(100);
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Done {
  resourceType: string;
  type: string;
  entry: [{ resource: Bundle; response: { status: string; outcome?: { issue: { code: string }[] } } }];
}
interface Bundle {
  resourceType: string;
  type: string;
  total?: number;
  entry?: { resource?: { id: string }; response?: { status: string; location?: string } }[];
}

/** The answer that was waited for. */
async function answer(path: string, options: SendOptions = {}) {
  const reply = await outcome(path, options);
  expect(reply.status).toBe(200);
  const done = reply.json() as unknown as Done;
  expect([done.resourceType, done.type, done.entry.length]).toEqual(['Bundle', 'batch-response', 1]);
  return done.entry[0];
}

const posted = (resource: object) => ({ resource, request: { method: 'POST', url: 'Patient' } });
const patients = (family: string, count: number) =>
  Array.from({ length: count }, () => posted({ resourceType: 'Patient', name: [{ family }] }));
const bundle = (type: string, entry: object[]) => ({ resourceType: 'Bundle', type, entry });
const jobs = (sql: string) => server.store.dataSource.query(sql);

async function stored(family: string): Promise<number> {
  const reply = await server.send('GET', `Patient?family:exact=${family}&_summary=count`);
  return reply.json().total as number;
}

async function patientOf(family: string): Promise<string> {
  const reply = await server.send('POST', 'Patient', { body: { resourceType: 'Patient', name: [{ family }] } });
  return reply.json().id as string;
}

describe('what may be answered later', () => {
  test('a transaction is stored whole, and its answer is in a Bundle under the status URL', async () => {
    const path = await deferred('POST', '/fhir', { body: bundle('transaction', patients('Later', 30)) });
    const { resource, response } = await answer(path);
    expect([response.status, resource.type, resource.entry?.length]).toEqual(['200 OK', 'transaction-response', 30]);
    expect(await stored('Later')).toBe(30);
    expect((await outcome(path)).headers.get('expires')).toMatch(/GMT$/);
  });

  test('one that fails answers with the status and the OperationOutcome of its refusal, and nothing is stored', async () => {
    const body = bundle('transaction', [...patients('Never', 2), posted({ resourceType: 'Patient', gender: 'odd' })]);
    const reply = await outcome(await deferred('POST', '/fhir', { body }));
    expect([reply.status, reply.json().resourceType]).toEqual([422, 'OperationOutcome']);
    expect(reply.json().issue?.[0]?.expression).toEqual(['Bundle.entry[2].resource.gender']);
    expect(await stored('Never')).toBe(0);
  });

  test('a batch, a search in both forms, histories and operations', async () => {
    const id = await patientOf('Several');
    const entry = [
      { request: { method: 'GET', url: `Patient/${id}` } },
      { request: { method: 'GET', url: 'Patient/none' } },
    ];
    const batch = await answer(await deferred('POST', '/fhir', { body: bundle('batch', entry) }));
    expect(batch.resource.entry?.map(({ response }) => response?.status)).toEqual(['200 OK', '404 Not Found']);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const asked: [string, string, SendOptions?][] = [
      ['GET', 'Patient?family=Several'],
      ['POST', 'Patient/_search', { body: 'family=Several', headers }],
      ['GET', `Patient/${id}/_history`],
      ['GET', `Patient/_history?_count=1`],
      ['GET', '_history?_count=1'],
      ['GET', `Patient/${id}/$everything`],
      ['GET', `Observation/$lastn?patient=${id}`],
    ];
    for (const [method, path, options] of asked) {
      const { resource } = await answer(await deferred(method, path, options));
      const count = path.includes('lastn') ? undefined : 1;
      expect([path, resource.resourceType, resource.entry?.length]).toEqual([path, 'Bundle', count]);
      await jobs('DELETE FROM job');
    }
    const stats = `Observation/$stats?subject=Patient/${id}&code=x&statistic=count`;
    expect((await answer(await deferred('GET', stats))).resource.resourceType).toBe('Parameters');
  });

  test('what takes no time is answered at once, whatever the client prefers', async () => {
    const headers = { prefer: 'respond-async' };
    expect((await server.send('GET', 'Patient/none', { headers })).status).toBe(404);
    expect((await server.send('GET', 'metadata', { headers })).status).toBe(200);
    const body = { resourceType: 'Patient' };
    expect((await server.send('POST', 'Patient', { headers, body })).status).toBe(201);
  });

  test('what is no batch and no transaction is refused at once', async () => {
    const headers = { prefer: 'respond-async' };
    expect((await server.send('POST', '/fhir', { headers, body: bundle('collection', []) })).status).toBe(400);
  });

  test('X-Provenance is stored with it', async () => {
    const provenance = {
      resourceType: 'Provenance',
      recorded: '2026-01-01T00:00:00Z',
      agent: [{ who: { display: 'a' } }],
    };
    const headers = { 'x-provenance': JSON.stringify(provenance) };
    const body = bundle('transaction', patients('Proven', 2));
    const { resource } = await answer(await deferred('POST', '/fhir', { body, headers }));
    const [, id] = /Patient\/([^/]+)/.exec(resource.entry?.[0]?.response?.location ?? '') ?? [];
    const found = await server.send('GET', `Provenance?target=Patient/${id}`);
    expect(found.json().entry).toHaveLength(1);
  });

  test('the answer comes in the format that is asked for when it is fetched', async () => {
    const path = await deferred('GET', 'Patient?family=none');
    await answer(path);
    const xml = await server.send('GET', `${path}?_format=xml`);
    expect(xml.headers.get('content-type')).toMatch('application/fhir+xml');
    expect(xml.text).toMatch('<type value="batch-response"/>');
  });
});

describe('whose it is', () => {
  test('nobody but who asked is told of it', async () => {
    const path = await deferred('GET', 'Patient?family=none', { as: STAFF });
    await answer(path, { as: STAFF });
    const others = [
      SYSTEM,
      { ...STAFF, client_id: 'other' },
      { ...STAFF, fhirUser: 'Practitioner/q' },
      { ...STAFF, purpose_of_use: 'HRESCH' },
    ];
    for (const as of others) {
      expect((await server.send('GET', path, { as })).status).toBe(404);
      expect((await server.send('DELETE', path, { as })).status).toBe(404);
    }
    expect((await server.send('GET', path, { as: null })).status).toBe(401);
    expect((await server.send('GET', '_async/none')).status).toBe(404);
    expect((await server.send('GET', path, { as: STAFF })).status).toBe(200);
  });

  test('DELETE forgets it', async () => {
    const path = await deferred('GET', 'Patient?family=none');
    expect((await server.send('DELETE', path)).status).toBe(202);
    expect((await server.send('GET', path)).status).toBe(404);
    expect((await server.send('DELETE', path)).status).toBe(404);
    expect((await server.send('POST', path, { body: {} })).status).toBe(405);
  });

  test('a transaction that is cancelled before it is done is not stored', async () => {
    const path = await deferred('POST', '/fhir', { body: bundle('transaction', patients('Cancelled', 300)) });
    expect((await server.send('DELETE', path)).json().issue?.[0]?.diagnostics).toMatch(/not stored|not done/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await stored('Cancelled')).toBe(0);
  });

  test('it expires', async () => {
    const path = await deferred('GET', 'Patient?family=none');
    await answer(path);
    await jobs(`UPDATE job SET expires = clock_timestamp()`);
    expect((await server.send('GET', path)).status).toBe(404);
  });

  test('a client may have only so many', async () => {
    await jobs('DELETE FROM job');
    const as = { ...SYSTEM, client_id: 'many' };
    for (let count = 0; count < 12; count += 1) await deferred('GET', 'Patient?family=none', { as });
    const refused = await server.send('GET', 'Patient', { as, headers: { prefer: 'respond-async' } });
    expect([refused.status, refused.json().issue?.[0]?.code]).toEqual([429, 'throttled']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await deferred('GET', 'Patient?family=none');
    await jobs('DELETE FROM job');
  });

  test('what is asked for and what is answered are encrypted where they are kept', async () => {
    await patientOf('Bernoulli');
    const path = await deferred('GET', 'Patient?family=Bernoulli');
    await answer(path);
    const [{ kept }] = await jobs(
      `SELECT string_agg(encode(COALESCE(result, request), 'escape'), '') AS kept FROM job`,
    );
    expect(kept.length).toBeGreaterThan(100);
    expect(kept).not.toMatch(/Bernoulli|Patient|resource/);
  });
});

describe('consent when it is fetched', () => {
  const deny = (id: string) => ({
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${id}` },
    policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
    provision: { type: 'deny', actor: [actor] },
  });
  const actor = {
    role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'PROV' }] },
    reference: { reference: 'Practitioner/p' },
  };
  const forget = async (id: string) => {
    expect((await server.send('POST', 'Consent', { body: deny(id) })).status).toBe(201);
  };

  test('a search whose result may not be shown any more is asked anew, and shows what may be', async () => {
    const ids = [await patientOf('Fermat'), await patientOf('Fermat')];
    const path = await deferred('GET', 'Patient?family=Fermat', { as: STAFF });
    expect((await answer(path, { as: STAFF })).resource.entry?.map(({ resource }) => resource?.id).sort()).toEqual(
      [...ids].sort(),
    );
    await forget(ids[0] as string);
    const again = await server.send('GET', path, { as: STAFF });
    expect([again.status, again.text]).toEqual([202, '']);
    expect((await answer(path, { as: STAFF })).resource.entry?.map(({ resource }) => resource?.id)).toEqual([ids[1]]);
  });

  test('the answer to a batch is told without resources, where one of them may not be shown any more', async () => {
    const id = await patientOf('Galois');
    const body = bundle('batch', [{ request: { method: 'GET', url: `Patient/${id}` } }]);
    const path = await deferred('POST', '/fhir', { body, as: STAFF });
    expect((await answer(path, { as: STAFF })).resource.entry?.[0]?.resource?.id).toBe(id);
    await forget(id);
    const { resource, response } = await answer(path, { as: STAFF });
    expect(resource.entry).toEqual([{ response: expect.objectContaining({ status: '200 OK' }) }]);
    expect(response.outcome?.issue[0]?.code).toBe('suppressed');
    const [denied] = await jobs(`SELECT count(*)::int AS n FROM event WHERE decision = 'deny'`);
    expect(denied.n).toBeGreaterThan(0);
  });

  test('a token with fewer scopes is shown what they cover', async () => {
    await patientOf('Noether');
    const path = await deferred('GET', 'Patient?family=Noether', { as: STAFF });
    await answer(path, { as: STAFF });
    const as = { ...STAFF, scope: 'user/Observation.rs' };
    expect((await outcome(path, { as })).status).toBe(403);
  });

  test('each time it is fetched leaves its event before the data goes out', async () => {
    await patientOf('Cauchy');
    const path = await deferred('GET', 'Patient?family=Cauchy');
    await answer(path);
    const before = await server.traces();
    await server.send('GET', path);
    expect(await server.traces()).toEqual({ ...before, events: before.events + 1 });
  });
});
