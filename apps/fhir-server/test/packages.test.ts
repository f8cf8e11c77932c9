// FHIR packages of an installation: what is written is checked against them, and the event says so
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeRecord } from '#libs/evidence';
import { addPackage, coreDefinitions } from '#libs/validation';
import { startTestServer, type TestServer } from './test-server.js';

const URL = 'http://example.org/StructureDefinition/ward-patient';
const PROFILE = {
  resourceType: 'StructureDefinition',
  url: URL,
  name: 'WardPatient',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: { element: [{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }] },
};

const folder = mkdtempSync(join(tmpdir(), 'holdfast-packages-'));
let server: TestServer;
beforeAll(async () => {
  const source = join(folder, 'source');
  mkdirSync(source);
  const manifest = { name: 'org.example.ward', version: '1.0.0', fhirVersions: ['4.0.1'] };
  writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(source, 'StructureDefinition-ward-patient.json'), JSON.stringify(PROFILE));
  addPackage(source, join(folder, 'packages'));
  const required = JSON.stringify({ Patient: [URL] });
  server = await startTestServer({ REQUIRED_PROFILES: required }, join(folder, 'packages'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** The event records, oldest first. */
async function records() {
  const rows: { record: Buffer }[] = await server.store.dataSource.query('SELECT record FROM event ORDER BY id');
  return rows.map(({ record }) => decodeRecord(record));
}

test('a profile of a package is required of every Patient, in a Bundle too', async () => {
  const wrong = { resourceType: 'Patient' };
  expect((await server.send('POST', 'Patient', { body: wrong })).status).toBe(422);
  const entry = [{ fullUrl: 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a', resource: wrong }];
  const bundle = { resourceType: 'Bundle', type: 'collection', entry };
  const refused = await server.send('POST', 'Bundle', { body: bundle });
  expect([refused.status, refused.json().issue?.[0]?.expression]).toEqual([422, ['Bundle.entry[0].resource']]);
});

test('what a version was validated against, packages too, is on its event record', async () => {
  const body = { resourceType: 'Patient', birthDate: '2000-01-01' };
  expect((await server.send('POST', 'Patient', { body })).status).toBe(201);
  const [record] = (await records()).slice(-1);
  expect(record?.definitions).toMatch(/^4\.0\.1-[0-9a-f]{16}\+[0-9a-f]{16}$/);
  expect(record?.definitions.startsWith(`${coreDefinitions().version}+`)).toBe(true);
});

test('$validate knows the packages, by name and by requirement', async () => {
  const check = async (path: string, body: object) => {
    const { issue } = (await server.send('POST', path, { body })).json();
    return (issue as unknown as { severity: string; code: string }[]).filter(({ severity }) => severity === 'error');
  };
  expect(await check('Patient/$validate', { resourceType: 'Patient' })).toHaveLength(1);
  expect(await check(`Patient/$validate?profile=${URL}`, { resourceType: 'Patient' })).toHaveLength(1);
  expect(await check(`Patient/$validate?profile=${URL}`, { resourceType: 'Patient', birthDate: '2000' })).toEqual([]);
  expect(
    await check('Patient/$validate?profile=http://x.test/none', { resourceType: 'Patient', birthDate: '2000' }),
  ).toEqual([expect.objectContaining({ code: 'not-found' })]);
});
