// DESIGN section 4: what waits for the ledger, and how long; on a server whose ledger never answers
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeEvent } from '#libs/evidence';
import { FhirError } from '#libs/fhir-model';
import { type Answer, type FhirRequest, type Services, withLedgerNews } from '#libs/interactions';
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
const saying = (onLedger: boolean) => ({ consentOnLedger: async () => onLedger }) as unknown as Services;

test('the wait for a Consent is two seconds at most, and over as soon as it is on the ledger', async () => {
  expect((await server.send('PUT', '/fhir/Consent/c', { body: consent })).status).toBe(201);
  const wait = consentWait(server.store);
  const from = Date.now();
  expect(await wait('c', 1)).toBe(false);
  expect(Date.now() - from).toBeGreaterThan(1_800);
  expect(Date.now() - from).toBeLessThan(3_000);
  setTimeout(() => void server.store.dataSource.query('UPDATE consent_event SET block_number = 7'), 200);
  expect(await wait('c', 1)).toBe(true);
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
