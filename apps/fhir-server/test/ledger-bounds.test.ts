// DESIGN section 4: what waits for the ledger, and how long; on a server whose ledger never answers
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accessContext } from '#libs/access';
import { makeEvent } from '#libs/evidence';
import { openBlock, openEnvelope } from '#libs/fabric-block';
import { FhirError } from '#libs/fhir-model';
import {
  type Answer,
  acceptJob,
  type FhirRequest,
  jobStatus,
  processBundle,
  runJob,
  type Services,
  withLedgerNews,
} from '#libs/interactions';
import { consentsNotOnLedger } from '#libs/store';
import { consentWait, lagBound } from '../src/ledger-bounds.js';
import { startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const consent = {
  resourceType: 'Consent',
  id: 'c',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: 'Patient/p' },
  policy: [{ uri: 'http://example.org/policy' }],
};
const request = (more: Partial<FhirRequest> = {}) =>
  ({ type: 'Consent', id: 'c', preference: { handling: 'strict' }, ...more }) as FhirRequest;
const written: Answer = { status: 200, headers: { location: 'http://x/fhir/Consent/c/_history/1' }, body: '{}' };
const saying = (onLedger: boolean) =>
  ({ consentsNotOnLedger: async (written: object[]) => (onLedger ? [] : written) }) as unknown as Services;

test('the wait for a Consent is two seconds at most, and over as soon as it is on the ledger', async () => {
  expect((await server.send('PUT', '/fhir/Consent/c', { body: consent })).status).toBe(201);
  const wait = consentWait(server.store);
  const from = Date.now();
  const version = { id: 'c', version: 1 };
  expect(await wait([version])).toEqual([version]);
  expect(Date.now() - from).toBeGreaterThan(1_800);
  expect(Date.now() - from).toBeLessThan(3_000);
  setTimeout(() => void server.store.dataSource.query('UPDATE consent_event SET block_number = 7'), 200);
  expect(await wait([version])).toEqual([]);
  expect(Date.now() - from).toBeLessThan(4_000);
});

test('an answer says that a Consent is not yet on the ledger, and nothing where it is or where it is none', async () => {
  const told = await withLedgerNews(saying(false), request(), written);
  expect(JSON.parse(String(told.body)).issue[0].diagnostics).toMatch(/not yet on the ledger/);
  const shown = await withLedgerNews(
    saying(false),
    request({ preference: { handling: 'strict', return: 'representation' } }),
    written,
  );
  expect([shown.body, shown.headers.warning]).toEqual(['{}', '199 - "not yet on the ledger"']);
  const deleted = await withLedgerNews(saying(false), request(), { status: 204, headers: { etag: 'W/"3"' } });
  expect([deleted.status, JSON.parse(String(deleted.body)).resourceType]).toEqual([200, 'OperationOutcome']);
  expect(await withLedgerNews(saying(true), request(), written)).toBe(written);
  const other = { status: 201, headers: { location: 'http://x/fhir/Patient/c/_history/1' } };
  expect(await withLedgerNews(saying(false), request({ type: 'Patient' }), other)).toBe(other);
  const read = { status: 200, headers: { etag: 'W/"3"' } };
  expect(await withLedgerNews(saying(false), request(), read)).toBe(read);
});

describe('a Bundle with Consents', () => {
  const entry = (method: string, id: string, resource?: object) => ({
    ...(resource ? { resource } : {}),
    request: { method, url: `Consent/${id}` },
  });
  const bundle = (type: string) => ({
    resourceType: 'Bundle',
    type,
    entry: [
      entry('PUT', `${type}-1`, { ...consent, id: `${type}-1` }),
      { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
      entry('PUT', `${type}-2`, { ...consent, id: `${type}-2` }),
    ],
  });
  interface Told {
    response: { status: string; outcome?: { issue: { code: string; diagnostics: string }[] } };
  }
  const told = (answer: Answer) => (JSON.parse(String(answer.body)).entry as Told[]).map(({ response }) => response);
  const atOnce: Services['consentsNotOnLedger'] = (written) =>
    consentsNotOnLedger((sql, values) => server.store.dataSource.query(sql, values), written);
  const custodian = 'Organization/custodian';
  const servicesThat = (waits: boolean): Services => {
    const { store, base } = server;
    const consentsNotOnLedger = waits ? consentWait(store) : atOnce;
    const ledger = { openBlock, openEnvelope, pin: async () => undefined };
    return { store, base, custodian, site: 'site', ...ledger, consentsNotOnLedger };
  };
  const requestOf = (body: object): FhirRequest => {
    const context = accessContext({ iss: 'x', sub: 'x', scope: 'system/*.cruds', purpose_of_use: 'TREAT' }, custodian);
    const asked = { context, query: [], body: Buffer.from(JSON.stringify(body)) };
    return request({ ...asked, type: '', ifNoneMatch: [], preference: { handling: 'lenient' } });
  };
  /** As the server does it. */
  const send = async (body: object, waits = true): Promise<Answer> => {
    const [services, asked] = [servicesThat(waits), requestOf(body)];
    return withLedgerNews(services, asked, await processBundle(services, asked));
  };

  test.each(['batch', 'transaction'])(
    '%s: each entry says that its Consent is not on the ledger, after one wait for all',
    async (type) => {
      const from = performance.now();
      const answer = await send(bundle(type), type === 'transaction');
      expect(performance.now() - from).toBeLessThan(3_500);
      const [first, patient, second] = told(answer);
      for (const response of [first, second]) {
        expect(response!.status).toBe('201 Created');
        expect(response!.outcome!.issue.at(-1)).toMatchObject({ code: 'incomplete' });
        expect(response!.outcome!.issue.at(-1)!.diagnostics).toMatch(/not yet on the ledger/);
      }
      expect(JSON.stringify(patient)).not.toMatch(/ledger/);
      const rules = 'SELECT count(*) FROM consent_event WHERE block_number IS NULL';
      expect(Number((await server.store.dataSource.query(rules))[0].count)).toBeGreaterThanOrEqual(2);
    },
  );

  test('of which one is on the ledger says it of the others only; a deletion says it too', async () => {
    await send(bundle('batch'), false);
    await server.store.dataSource.query('UPDATE consent_event SET block_number = 7');
    const deletion = { resourceType: 'Bundle', type: 'transaction', entry: [entry('DELETE', 'batch-1')] };
    const [deleted] = told(await send(deletion, false));
    expect(deleted!.status).toBe('200 OK');
    expect(deleted!.outcome!.issue[0]!.diagnostics).toMatch(/not yet on the ledger/);
    const taking = setInterval(
      () =>
        void server.store.dataSource.query(
          "UPDATE consent_event SET block_number = 8 WHERE consent_pid IN (SELECT pid FROM version WHERE id = 'transaction-1')",
        ),
      50,
    );
    const [first, , second] = told(await send(bundle('transaction')));
    clearInterval(taking);
    expect(first!.outcome).toBeUndefined();
    expect(second!.outcome!.issue[0]!.diagnostics).toMatch(/not yet on the ledger/);
  });

  test.each(['batch', 'transaction'])(
    '%s: answered later, each entry says what holds when it is fetched',
    async (type) => {
      const [services, asked] = [servicesThat(false), requestOf(bundle(type))];
      const limits = { ofAll: 9, ofClient: 9, bytes: 1 << 20, seconds: 600 };
      const { headers } = await acceptJob(services, { name: 'bundle', request: asked }, limits);
      const job = (await services.store.jobs.take(10))!;
      await runJob(services, job, { progress: () => undefined, isStopped: () => false, seconds: 600, bytes: 1 << 20 });
      const id = headers['content-location']!.split('/').at(-1)!;
      const fetched = async () => {
        const { body } = await jobStatus(services, asked, id);
        const [{ resource }] = JSON.parse(String(body)).entry as [{ resource: { entry: Told[] } }];
        return resource.entry.map(({ response }) => response);
      };
      const [first, patient, second] = await fetched();
      for (const response of [first, second])
        expect(response!.outcome!.issue.at(-1)!.diagnostics).toMatch(/not yet on the ledger/);
      expect(JSON.stringify(patient)).not.toMatch(/ledger/);
      await server.store.dataSource.query('UPDATE consent_event SET block_number = 9');
      expect(JSON.stringify(await fetched())).not.toMatch(/ledger/);
    },
  );
});

test('past the bound nothing may be shown; before it all may', async () => {
  const time = (await server.store.time()) - 60_000_000n;
  const draft = { action: 'read', decision: 'permit', outcome: 200, client: 'x', definitions: 'x' } as const;
  const event = makeEvent(draft, 'site', time);
  await server.store.record([{ event, decision: 'permit', time, patients: [] }]);
  await server.store.dataSource.query('DELETE FROM event WHERE event_id <> $1', [event.eventId]);
  await expect(lagBound(server.store, 3_600)()).resolves.toBeUndefined();
  const refusal = await lagBound(server.store, 30)().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(FhirError);
  expect((refusal as FhirError).status).toBe(503);
  expect((refusal as FhirError).headers).toHaveProperty('Retry-After');
});

test('past the bound nothing may be shown either when the ledger was last followed longer ago; a ledger never followed is as old as the database', async () => {
  const { dataSource } = server.store;
  await dataSource.query('DELETE FROM event');
  const followed = (seconds: number) =>
    dataSource.query(
      `INSERT INTO ledger_checkpoint (block_number, header_hash, height, confirmed_at)
       VALUES (3, $1, 9, clock_timestamp() - make_interval(secs => $2))
       ON CONFLICT (one) DO UPDATE SET confirmed_at = excluded.confirmed_at`,
      [Buffer.alloc(32), seconds],
    );
  await followed(10);
  await expect(lagBound(server.store, 30)()).resolves.toBeUndefined();
  await followed(60);
  await expect(lagBound(server.store, 30)()).rejects.toMatchObject({ status: 503 });
  await dataSource.query('DELETE FROM ledger_checkpoint');
  await expect(lagBound(server.store, 30)()).resolves.toBeUndefined();
  await dataSource.query("UPDATE installation SET since = since - interval '1 minute'");
  await expect(lagBound(server.store, 30)()).rejects.toMatchObject({ status: 503 });
});
