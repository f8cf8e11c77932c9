// FHIR R4, section 2.27 "Validating Resources": what a write is refused for, from outside
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { coreDefinitions } from '#libs/validation';
import { heldDefinitions } from '../src/held-definitions.js';
import { startTestServer, type TestServer } from './test-server.js';

const TRIGLYCERIDE = 'http://hl7.org/fhir/StructureDefinition/triglyceride';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ REQUIRED_PROFILES: JSON.stringify({ DiagnosticReport: [LIPIDS] }) });
});
afterAll(() => server.close());

const LIPIDS = 'http://hl7.org/fhir/StructureDefinition/lipidprofile';
const PATIENT = { resourceType: 'Patient', id: 'p', contact: [{ gender: 'male' }] };
const NARRATIVE = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">text</div>' };
const HEART_RATE = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
};

interface Answer {
  status: number;
  issue: {
    code: string;
    details?: { text: string };
    diagnostics?: string;
    expression?: string[];
    extension?: Place[];
  }[];
}
interface Place {
  url: string;
  valueInteger: number;
}

async function write(
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const reply = await server.send(method, path, { body, headers });
  return { status: reply.status, issue: (reply.json().issue ?? []) as unknown as Answer['issue'] };
}

/** Status, and code and place of each issue. */
const found = ({ status, issue }: Answer) => [
  status,
  ...issue.map(({ code, expression }) => `${code} ${expression?.[0]}`),
];
const places = ({ issue }: Answer) => issue.map(({ extension }) => extension?.map(({ valueInteger }) => valueInteger));

describe('a constraint that does not hold', () => {
  const broken = 'invariant Patient.contact[0]';

  test('refuses create, update, conditional update and the result of a patch', async () => {
    const { id: _, ...created } = PATIENT;
    expect(found(await write('POST', 'Patient', created))).toEqual([422, broken]);
    expect(found(await write('PUT', 'Patient/p', PATIENT))).toEqual([422, broken]);
    expect(found(await write('PUT', 'Patient?identifier=a|b', created))).toEqual([422, broken]);
    expect(found(await write('PUT', 'Patient/p', { resourceType: 'Patient', id: 'p' }))).toEqual([201]);
    const patch = [{ op: 'add', path: '/contact', value: PATIENT.contact }];
    const headers = { 'content-type': 'application/json-patch+json' };
    expect(found(await write('PATCH', 'Patient/p', patch, headers))).toEqual([422, broken]);
  });

  test('refuses an entry of a batch alone, and a transaction as a whole, with the place in the text as sent', async () => {
    const entry = (resource: object) =>
      `{"resource": ${JSON.stringify(resource)},\n "request": {"method": "POST", "url": "Patient"}}`;
    const { id: _, ...bad } = PATIENT;
    const bundle = (type: string) =>
      `{"resourceType": "Bundle", "type": "${type}", "entry": [\n${entry({ resourceType: 'Patient', name: [{ text: 'ä😀' }] })}, ${entry(bad)}]}`;
    const refused = await write('POST', '/fhir', bundle('transaction'));
    expect(found(refused)).toEqual([422, 'invariant Bundle.entry[1].resource.contact[0]']);
    const line = bundle('transaction').split('\n')[2] as string;
    const place = [3, line.indexOf('{"gender"') + 1];
    expect(places(refused)).toEqual([place]);
    const reply = await server.send('POST', '/fhir', { body: bundle('batch') });
    const entries = reply.json().entry as unknown as { response: { status: string; outcome?: Answer } }[];
    expect(entries.map(({ response }) => response.status.slice(0, 3))).toEqual(['201', '422']);
    expect(places(entries[1]!.response.outcome as Answer)).toEqual([place]);
  });

  test('says line and column in JSON as sent, and none of a body sent as XML', async () => {
    const text = '{"resourceType": "Patient",\n  "contact": [ {"gender": "male"} ]}';
    expect(places(await write('POST', 'Patient', text))).toEqual([[2, 16]]);
    const xml = '<Patient xmlns="http://hl7.org/fhir"><contact><gender value="male"/></contact></Patient>';
    const refused = await write('POST', 'Patient', xml, { 'content-type': 'application/fhir+xml' });
    expect([found(refused), places(refused)]).toEqual([[422, broken], [undefined]]);
  });

  test('is told by what was found, and by the constraint itself', async () => {
    const [issue] = (await write('PUT', 'Patient/p', PATIENT)).issue;
    expect(issue?.details?.text).toContain('pat-1');
    expect(issue?.diagnostics).toBe(
      'pat-1: name.exists() or telecom.exists() or address.exists() or organization.exists()',
    );
  });
});

test('JSON that is none is told with its place, in the same form', async () => {
  const refused = await write('POST', 'Patient', '{\n "resourceType": "Patient",\n "active": tru\n}');
  expect([refused.status, places(refused)]).toEqual([400, [[3, 12]]]);
  expect(refused.issue[0]?.details?.text).toContain('line 3');
});

describe('warnings', () => {
  const unheld = {
    ...PATIENT,
    contact: undefined,
    text: NARRATIVE,
    extension: [{ url: 'http://x.test/e', valueCode: 'a' }],
  };

  test('alone never refuse, but are errors with handling=strict', async () => {
    expect((await write('PUT', 'Patient/p', unheld)).status).toBe(200);
    const strict = await write('PUT', 'Patient/p', unheld, { prefer: 'handling=strict' });
    expect(found(strict)).toEqual([422, 'not-found Patient.extension[0]']);
  });

  test('are what a vital sign gets that does not claim the profile of its code', async () => {
    expect((await write('POST', 'Observation', HEART_RATE)).status).toBe(201);
    const strict = await write(
      'POST',
      'Observation',
      { ...HEART_RATE, text: NARRATIVE },
      { prefer: 'handling=strict' },
    );
    expect(found(strict)).toContain('required Observation');
    const meta = { profile: ['http://hl7.org/fhir/StructureDefinition/heartrate'] };
    expect((await write('POST', 'Observation', { ...HEART_RATE, meta })).status).toBe(422);
  });
});

describe('a profile', () => {
  test('that a resource claims refuses it', async () => {
    const body = { ...HEART_RATE, code: { text: 'x' }, meta: { profile: [TRIGLYCERIDE] } };
    expect((await write('POST', 'Observation', body)).status).toBe(422);
  });

  test('that is required of a type by configuration refuses what does not claim it', async () => {
    const body = { resourceType: 'DiagnosticReport', status: 'final', code: { text: 'x' } };
    const { status, issue } = await write('POST', 'DiagnosticReport', body);
    expect([status, new Set(issue.map(({ diagnostics }) => diagnostics))]).toEqual([422, new Set([LIPIDS])]);
  });

  test('that is required but not held, or not on its type, stops the start', () => {
    expect(() => heldDefinitions('nowhere', { Patient: ['http://x.test/p'] })).toThrow(/which is not held/);
    expect(() => heldDefinitions('nowhere', { Patient: [LIPIDS] })).toThrow(/a profile on DiagnosticReport/);
    expect(heldDefinitions('nowhere', { DiagnosticReport: [LIPIDS] }).version).toBe(coreDefinitions().version);
  });
});
