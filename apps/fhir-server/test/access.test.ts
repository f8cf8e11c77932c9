// SMART App Launch 2.2 scopes and FHIR R4 Consent, from outside
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Asking, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const CUSTODIAN = 'Organization/custodian';
const doctor: Asking = {
  scope: 'user/*.cruds',
  fhirUser: 'Practitioner/1',
  organization: CUSTODIAN,
  purpose_of_use: 'TREAT',
};
const stranger: Asking = { ...doctor, fhirUser: 'Practitioner/9', organization: 'Organization/other' };
const patientA: Asking = { scope: 'patient/*.rs', fhirUser: 'Patient/a', patient: 'a', purpose_of_use: 'PATRQT' };

const observation = (id: string, patient: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'heart rate' },
  subject: { reference: `Patient/${patient}` },
});
const consent = (id: string, patient: string, provision: object, status = 'active') => ({
  resourceType: 'Consent',
  id,
  status,
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${patient}` },
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
  provision,
});
const actor = (reference: string) => [{ role: { text: 'any' }, reference: { reference } }];
const put = (resource: { resourceType: string; id: string; [element: string]: unknown }) =>
  server.send('PUT', `${resource.resourceType}/${resource.id}`, { body: resource });
const statusOf = async (path: string, as: Asking) => (await server.send('GET', path, { as })).status;
const idsOf = async (path: string, as: Asking) => {
  const { entry } = (await server.send('GET', path, { as })).json();
  return (entry ?? []).map(({ resource }) => String(resource?.id)).sort((a, b) => a.localeCompare(b));
};

beforeEach(async () => {
  for (const id of ['a', 'b']) await put({ resourceType: 'Patient', id });
  await put(observation('oa', 'a'));
  await put(observation('ob', 'b'));
});

describe('scopes', () => {
  test('that do not cover an interaction are 403, and the refusal is on record', async () => {
    const before = await server.traces();
    const as = { ...doctor, scope: 'user/Patient.rs' };
    expect(await statusOf('Observation/oa', as)).toBe(403);
    expect((await server.send('PUT', 'Patient/a', { as, body: { resourceType: 'Patient', id: 'a' } })).status).toBe(
      403,
    );
    expect((await server.traces()).events).toBe(before.events + 2);
  });

  test('of a patient show the compartment of that patient and nothing else', async () => {
    expect(await statusOf('Observation/oa', patientA)).toBe(200);
    expect(await statusOf('Observation/ob', patientA)).toBe(404);
    expect(await statusOf('Patient/b/_history', patientA)).toBe(404);
    expect(await idsOf('Observation', patientA)).toEqual(['oa']);
    expect(await idsOf('Patient', patientA)).toEqual(['a']);
  });
});

describe('where no Consent speaks', () => {
  test('the custodian’s own staff may read for treatment, payment and operations, and for nothing else', async () => {
    for (const purpose of ['TREAT', 'HPAYMT', 'HOPERAT']) {
      expect(await statusOf('Observation/oa', { ...doctor, purpose_of_use: purpose })).toBe(200);
    }
    expect(await statusOf('Observation/oa', { ...doctor, purpose_of_use: 'HRESCH' })).toBe(404);
    const { purpose_of_use: _, ...without } = doctor;
    expect(await statusOf('Observation/oa', without)).toBe(404);
  });

  test('others may not', async () => {
    expect(await statusOf('Observation/oa', stranger)).toBe(404);
    expect(await idsOf('Observation', stranger)).toEqual([]);
  });
});

describe('a Consent', () => {
  test('that permits an actor lets that actor read, until it is revoked', async () => {
    await put(consent('c1', 'a', { type: 'permit', actor: actor('Organization/other') }));
    expect(await statusOf('Observation/oa', stranger)).toBe(200);
    expect(await statusOf('Observation/ob', stranger)).toBe(404);
    expect(await idsOf('Observation', stranger)).toEqual(['oa']);
    await put(consent('c1', 'a', { type: 'permit', actor: actor('Organization/other') }, 'inactive'));
    expect(await statusOf('Observation/oa', stranger)).toBe(404);
    expect(await idsOf('Observation', stranger)).toEqual([]);
  });

  test('that denies wins over the default and over one that permits, in totals too', async () => {
    await put(consent('c2', 'b', { type: 'permit', actor: actor('Practitioner/1') }));
    await put(consent('c3', 'b', { type: 'deny', actor: actor('Practitioner/1') }));
    expect(await statusOf('Observation/ob', doctor)).toBe(404);
    const page = (await server.send('GET', 'Observation?_total=accurate&code:text=heart', { as: doctor })).json();
    expect(page.issue ?? page.total).toEqual(page.issue ?? 1);
    expect((await server.send('GET', 'Observation?_total=accurate', { as: doctor })).json().total).toBe(1);
    expect(await statusOf('Observation/ob', { ...doctor, fhirUser: 'Practitioner/2' })).toBe(200);
    await server.send('DELETE', 'Consent/c3');
    expect(await statusOf('Observation/ob', doctor)).toBe(200);
  });

  test('is limited by purpose, period and class', async () => {
    const coding = (system: string, code: string) => [{ system, code }];
    const research = coding('http://terminology.hl7.org/CodeSystem/v3-ActReason', 'HRESCH');
    await put(
      consent('c4', 'a', {
        type: 'permit',
        purpose: research,
        class: coding('http://hl7.org/fhir/resource-types', 'Observation'),
      }),
    );
    const researcher = { ...stranger, purpose_of_use: 'HRESCH' };
    expect(await statusOf('Observation/oa', researcher)).toBe(200);
    expect(await statusOf('Patient/a', researcher)).toBe(404);
    expect(await statusOf('Observation/oa', stranger)).toBe(404);
    await put(consent('c4', 'a', { type: 'permit', purpose: research, period: { end: '2020-01-01' } }));
    expect(await statusOf('Observation/oa', researcher)).toBe(404);
    await server.send('DELETE', 'Consent/c4');
  });
});

test('a reference that spells out our own address puts a resource into the compartment as the relative one does', async () => {
  const { base } = server;
  await put({ ...observation('absolute', 'b'), subject: { reference: `${base}/Patient/b` } });
  expect(await statusOf('Observation/absolute', stranger)).toBe(404);
  expect(await statusOf('Observation/absolute', { ...patientA, fhirUser: 'Patient/b', patient: 'b' })).toBe(200);
  expect(await idsOf('Observation?subject=Patient/b', doctor)).toEqual(['absolute', 'ob']);
  expect((await server.send('GET', 'Observation/absolute')).text).toContain(`"${base}/Patient/b"`);
  await server.send('DELETE', 'Observation/absolute');
});

describe('a denied resource', () => {
  test('looks exactly like an absent one', async () => {
    for (const path of [
      'Observation/ID',
      'Observation/ID/_history',
      'Observation/ID/_history/1',
      'Observation/ID/_history/1/$receipt',
    ]) {
      const denied = await server.send('GET', path.replace('ID', 'ob'), { as: patientA });
      const absent = await server.send('GET', path.replace('ID', 'none'), { as: patientA });
      expect([denied.status, denied.text]).toEqual([absent.status, absent.text]);
      const names = (headers: Headers) => [...headers.keys()].sort();
      expect(names(denied.headers)).toEqual(names(absent.headers));
    }
    expect(await server.store.isDenialOnRecord({ type: 'Observation', id: 'ob' })).toBe(true);
  });

  test('can be written by the custodian’s system, which then sees no body', async () => {
    await put(consent('c5', 'b', { type: 'deny' }));
    const reply = await put(observation('ob2', 'b'));
    expect([reply.status, reply.text]).toEqual([201, '']);
    expect((await server.send('GET', 'Observation/ob2')).status).toBe(404);
    await server.send('DELETE', 'Consent/c5');
    expect((await server.send('GET', 'Observation/ob2')).status).toBe(200);
  });
});

describe('a token', () => {
  const wrong: [string, (token: string) => string][] = [
    ['without signature', (token) => `${token.split('.').slice(0, 2).join('.')}.`],
    ['with alg none', (token) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`],
    ['with a changed payload', (token) => token.replace(/\.(.)/, (_, first) => `.${first === 'e' ? 'f' : 'e'}`)],
    ['that is no token', () => 'abc'],
  ];
  test.each(wrong)('%s is 401', async (_name, change) => {
    const authorization = `Bearer ${change(await server.token())}`;
    const before = await server.traces();
    const reply = await server.send('GET', 'Patient/a', { as: null, headers: { authorization } });
    expect([reply.status, reply.json().resourceType]).toEqual([401, 'OperationOutcome']);
    expect(await server.traces()).toEqual(before);
  });

  test('of another issuer, for another audience, or expired is 401', async () => {
    for (const claims of [{ iss: 'http://other.test' }, { aud: 'http://other.test' }, { exp: 1 }]) {
      const reply = await server.send('GET', 'Patient/a', { as: { ...doctor, ...claims } });
      expect(reply.status).toBe(401);
    }
  });
});
