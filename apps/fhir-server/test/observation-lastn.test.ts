// FHIR R4 observation-operation-lastn.html: groups by code, ties, and the subject in a POST
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const id of ['groups', 'ties', 'undated']) {
    await server.send('PUT', `Patient/${id}`, { body: { resourceType: 'Patient', id } });
  }
  await put('a', 'groups', ['a'], { effectiveDateTime: '2024-05-03' });
  await put('b', 'groups', ['b'], { effectiveDateTime: '2024-05-02' });
  await put('c', 'groups', ['c'], { effectiveDateTime: '2024-05-02' });
  await put('ab', 'groups', ['a', 'b'], { effectiveDateTime: '2024-05-01' });
  await put('newest', 'ties', ['t'], { effectivePeriod: { start: '2024-05-03', end: '2024-05-04' } });
  await put('tied', 'ties', ['t'], { effectiveDateTime: '2024-05-03' });
  await put('older', 'ties', ['t'], { effectiveInstant: '2024-05-02T10:00:00Z' });
  await put('oldest', 'ties', ['t'], { effectiveDateTime: '2024-05-02T12:00:00+02:00' });
  await put('first', 'ties', ['t'], { effectiveDateTime: '2024-05-01' });
  for (const id of ['x', 'y']) await put(id, 'undated', ['u']);
});
afterAll(() => server.close());

const put = (id: string, patient: string, codes: readonly string[], more: object = {}) =>
  server.send('PUT', `Observation/${id}`, {
    body: {
      resourceType: 'Observation',
      id,
      status: 'final',
      subject: { reference: `Patient/${patient}` },
      code: { coding: codes.map((code) => ({ system: 'urn:o', code })) },
      ...more,
    },
  });
const last = async (query: string) =>
  (await server.send('GET', `Observation/$lastn?${query}`)).json().entry?.map(({ resource }) => resource?.id);
const posted = (value: object) =>
  server.send('POST', 'Observation/$lastn', {
    body: { resourceType: 'Parameters', parameter: [{ name: 'patient', ...value }] },
  });

describe('Observation $lastn', () => {
  test('has codes in one group that share a coding with a third alone', async () => {
    expect(await last('patient=groups&max=3')).toEqual(['a', 'b', 'ab', 'c']);
    expect(await last('patient=groups&max=2')).toEqual(['a', 'b', 'c']);
  });

  test('gives all that are tied at the edge of max', async () => {
    expect((await last('patient=ties'))?.sort()).toEqual(['newest', 'tied']);
    expect((await last('patient=ties&max=2'))?.sort()).toEqual(['newest', 'tied']);
    expect((await last('patient=ties&max=3'))?.sort()).toEqual(['newest', 'older', 'oldest', 'tied']);
    expect((await last('patient=undated'))?.sort()).toEqual(['x', 'y']);
  });

  test('takes the patient of a POST as a Reference, and refuses one without a reference', async () => {
    const answer = (await posted({ valueReference: { reference: 'Patient/groups' } })).json();
    expect(answer.entry?.map(({ resource }) => resource?.id)).toEqual(['a', 'c']);
    expect((await posted({ valueReference: { display: 'somebody' } })).status).toBe(400);
    expect((await posted({ valueCoding: { code: 'groups' } })).status).toBe(400);
  });
});
