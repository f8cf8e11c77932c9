// FHIR R4 http.html#vsearch: what Consents and scopes leave of searches of several types and of compartments
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CONSENT,
  DENIED,
  linkOf,
  namesOf,
  OTHER,
  observation,
  type SearchedServer,
  startSearchedServer,
} from './searched-server.js';
import type { Asking } from './test-server.js';

let server: SearchedServer;
beforeAll(async () => {
  server = await startSearchedServer();
});
afterAll(() => server.close());

const get: SearchedServer['get'] = (path, options) => server.get(path, options);
const found: SearchedServer['found'] = (path, options) => server.found(path, options);
const pages: SearchedServer['pages'] = (path, options) => server.pages(path, options);
const PATIENT_A: Asking = { scope: 'patient/*.rs', fhirUser: 'Patient/a', patient: 'a', purpose_of_use: 'PATRQT' };

describe('where a Consent denies', () => {
  const as = DENIED;
  const hidden = /ob|cb|Patient\/b/;

  test('nothing of it is in entries, totals or pages', async () => {
    for (const path of ['/fhir?_type=Observation,Condition', 'Practitioner/p/Observation', '/fhir?_tag=urn:t|both']) {
      const all = await get(`${path}${path.includes('?') ? '&' : '?'}_total=accurate`, { as: OTHER });
      const left = await get(`${path}${path.includes('?') ? '&' : '?'}_total=accurate`, { as });
      const shown = namesOf(all).filter((name) => !hidden.test(name));
      expect([path, left.total, namesOf(left)]).toEqual([path, shown.length, shown]);
      expect(shown.length).toBeLessThan(namesOf(all).length);
      const some = await pages(`${path}${path.includes('?') ? '&' : '?'}_count=1`, { as });
      expect([path, some]).toEqual([path, shown.map((name) => [name])]);
    }
    expect((await get('/fhir?_summary=count', { as: OTHER })).total).toBe(10);
    expect((await get('/fhir?_summary=count', { as })).total).toBe(6);
  });

  test('the compartment of the hidden patient is as empty as that of nobody', async () => {
    for (const rest of ['*', 'Observation', '*?_total=accurate', 'Condition?_summary=count', '*?_type=Patient']) {
      const answer = async (id: string, asking: Asking) => {
        const { text } = await server.send('GET', `Patient/${id}/${rest}`, { as: asking });
        return text.replaceAll(`Patient/${id}/`, 'Patient/X/');
      };
      expect(await answer('b', as)).toBe(await answer('nobody', as));
      expect(JSON.parse(await answer('b', as)).entry ?? []).toEqual([]);
      expect(await answer('b', OTHER)).not.toBe(await answer('nobody', OTHER));
    }
  });

  test('a cursor of somebody else is refused', async () => {
    const next = linkOf(await get('/fhir?_type=Observation,Condition&_count=1', { as: OTHER }), 'next') ?? '';
    expect((await get(next.replace(server.base, '/fhir'), { as })).status).toBe(400);
    const within = linkOf(await get('Patient/a/*?_count=1', { as: OTHER }), 'next') ?? '';
    expect((await get(within.replace(`${server.base}/Patient/a`, 'Patient/b'), { as: OTHER })).status).toBe(400);
  });
});

describe('scopes', () => {
  test('of a patient keep a search in that patient’s compartment', async () => {
    expect(await found('/fhir?_type=Observation,Condition', { as: PATIENT_A })).toEqual([
      'Condition/ca',
      'Observation/oa',
    ]);
    expect(await found('Patient/a/*', { as: PATIENT_A })).toEqual([
      'Condition/ca',
      'Encounter/e',
      'Observation/oa',
      'Patient/a',
    ]);
    expect(await found('Patient/b/*', { as: PATIENT_A })).toEqual([]);
    expect(await found('Practitioner/p/Observation', { as: PATIENT_A })).toEqual([]);
  });

  test('leave out types that they do not cover, unless these are asked for by name: 403, on record', async () => {
    const as = { ...OTHER, scope: 'user/Observation.rs user/Condition.r' };
    expect(await found('/fhir', { as })).toEqual(['Observation/oa', 'Observation/ob']);
    expect(await found('Patient/a/*', { as })).toEqual(['Observation/oa']);
    const before = await server.traces();
    for (const path of ['/fhir?_type=Observation,Condition', 'Patient/a/Condition', 'Patient/a/*?_type=Condition']) {
      expect([path, (await get(path, { as })).status]).toEqual([path, 403]);
    }
    expect((await server.traces()).events).toBe(before.events + 3);
  });

  test('of two levels are each kept to', async () => {
    const as: Asking = { ...OTHER, patient: 'a', scope: 'user/Observation.rs patient/Condition.rs' };
    const path = '/fhir?_type=Observation,Condition&_total=accurate';
    expect(await found(path, { as })).toEqual(['Condition/ca', 'Observation/oa', 'Observation/ob']);
    expect((await get(path, { as })).total).toBe(3);
    expect(await found('Patient/b/*', { as })).toEqual(['Observation/ob']);
  });
});

test('a patient who may not be seen has an empty compartment, whatever else a Consent lets through', async () => {
  const stranger = { ...OTHER, organization: 'Organization/other' };
  await server.put({ resourceType: 'Patient', id: 'c' });
  await server.put(observation('oc', 'c'));
  const permit = (classes: string[]) =>
    server.put({
      ...CONSENT,
      id: 'permit',
      patient: { reference: 'Patient/c' },
      provision: {
        type: 'permit',
        actor: [{ role: { text: 'any' }, reference: { reference: 'Organization/other' } }],
        class: classes.map((code) => ({ system: 'http://hl7.org/fhir/resource-types', code })),
      },
    });
  await permit(['Observation']);
  expect(await found('/fhir?_type=Observation,Patient', { as: stranger })).toEqual(['Observation/oc']);
  expect(await found('Patient/c/*', { as: stranger })).toEqual([]);
  await permit(['Observation', 'Patient']);
  expect(await found('Patient/c/*', { as: stranger })).toEqual(['Observation/oc', 'Patient/c']);
});
