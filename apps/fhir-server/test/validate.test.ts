// FHIR R4 resource-operation-validate.html, from outside
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const OBSERVATION = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
const ask = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const reply = await server.send('POST', path, { body, headers });
  return {
    status: reply.status,
    issue: reply.json().issue as { severity: string; code: string; extension?: object[]; expression?: string[] }[],
  };
};

test('a valid resource is said to be valid, and nothing is stored', async () => {
  const before = await server.traces();
  const { status, issue } = await ask('Observation/$validate', OBSERVATION);
  expect([status, issue.filter(({ severity }) => severity === 'error')]).toEqual([200, []]);
  const after = await server.traces();
  expect(after).toEqual({ versions: before.versions, events: before.events + 1 });
});

test('every fault has its place in the text as sent', async () => {
  const text = '{\n "resourceType": "Patient",\n "contact": [{"gender": "male"}],\n "gender": "xx"\n}';
  const { issue } = await ask('Patient/$validate', text);
  const errors = issue.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ code, expression }) => [code, expression?.[0]])).toEqual(
    expect.arrayContaining([
      ['code-invalid', 'Patient.gender'],
      ['invariant', 'Patient.contact[0]'],
    ]),
  );
  const gender = errors.find(({ expression }) => expression?.[0] === 'Patient.gender');
  expect(gender?.extension).toContainEqual({
    url: 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line',
    valueInteger: 4,
  });
});

test('a profile, a mode and a resource come as Parameters too', async () => {
  const parameter = [
    { name: 'resource', resource: OBSERVATION },
    { name: 'profile', valueUri: 'http://hl7.org/fhir/StructureDefinition/bp' },
  ];
  const { status, issue } = await ask('Observation/$validate', { resourceType: 'Parameters', parameter });
  expect([status, issue.some(({ severity }) => severity === 'error')]).toEqual([200, true]);
  expect((await ask('Observation/$validate?mode=nonsense', OBSERVATION)).status).toBe(400);
  expect((await ask('Observation/$validate?nonsense=1', OBSERVATION)).status).toBe(400);
  expect((await ask('Patient/$validate', OBSERVATION)).status).toBe(400);
});

test('handling=strict makes warnings errors', async () => {
  const body = { ...OBSERVATION, code: { coding: [{ system: 'http://snomed.info/sct', code: '1' }] } };
  const severities = async (headers: Record<string, string>) =>
    new Set((await ask('Observation/$validate', body, headers)).issue.map(({ severity }) => severity));
  expect(await severities({})).toContain('warning');
  expect(await severities({ prefer: 'handling=strict' })).toEqual(new Set(['error']));
});

test('a resource in Parameters has its place in the text as sent, and XML has none', async () => {
  const text =
    '{"resourceType": "Parameters",\n "parameter": [{"name": "resource",\n  "resource": {"resourceType": "Patient", "gender": "xx"}}]}';
  const { issue } = await ask('Patient/$validate', text);
  const gender = issue.find(({ expression }) => expression?.[0] === 'Patient.gender');
  expect(gender?.extension).toEqual([
    { url: 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line', valueInteger: 3 },
    { url: 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col', valueInteger: 53 },
  ]);
  const xml = '<Patient xmlns="http://hl7.org/fhir"><gender value="xx"/></Patient>';
  const inXml = await ask('Patient/$validate', xml, { 'content-type': 'application/fhir+xml' });
  expect(inXml.issue.find(({ code }) => code === 'code-invalid')).not.toHaveProperty('extension');
});

test('modes: of a delete nothing is checked, an update wants an id; a broken text says where it breaks off', async () => {
  const severities = async (path: string, body?: unknown) =>
    (await ask(path, body)).issue.map(({ severity }) => severity).filter((severity) => severity !== 'warning');
  const parameters = { resourceType: 'Parameters', parameter: [{ name: 'mode', valueCode: 'delete' }] };
  expect(await severities('Patient/p/$validate', parameters)).toEqual(['information']);
  expect(await severities('Patient/$validate?mode=update', { resourceType: 'Patient' })).toEqual(['error']);
  expect(await severities('Patient/$validate?mode=create', { resourceType: 'Patient' })).toEqual([]);
  const broken = await ask('Patient/$validate', '{"resourceType": "Patient",\n "name": [{"family": tru}]}');
  expect([broken.status, broken.issue[0]?.severity, broken.issue[0]?.expression]).toEqual([
    400,
    'fatal',
    ['Patient.name[0].family'],
  ]);
});

test('a whole Bundle is checked, each entry once', async () => {
  const patient = (id: string) => ({ resourceType: 'Patient', id, gender: 'xx' });
  const entry = ['1', '2'].map((id) => ({ fullUrl: `http://h/Patient/${id}`, resource: patient(id) }));
  const { issue } = await ask('Bundle/$validate', { resourceType: 'Bundle', type: 'collection', entry });
  const errors = issue.filter(({ severity }) => severity === 'error').map(({ expression }) => expression?.[0]);
  expect(errors).toEqual(['Bundle.entry[0].resource.gender', 'Bundle.entry[1].resource.gender']);
});
