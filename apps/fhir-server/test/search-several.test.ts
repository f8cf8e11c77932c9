// FHIR R4 http.html#vsearch: searches of several types and of compartments
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DENIED, linkOf, namesOf, OTHER, type SearchedServer, startSearchedServer } from './searched-server.js';
import type { ReplyJson } from './test-server.js';

let server: SearchedServer;
beforeAll(async () => {
  server = await startSearchedServer();
});
afterAll(() => server.close());

const get: SearchedServer['get'] = (path, options) => server.get(path, options);
const found: SearchedServer['found'] = (path, options) => server.found(path, options);
const pages: SearchedServer['pages'] = (path, options) => server.pages(path, options);
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('a search of several types', () => {
  test('finds by what all of them have, newest first, and pages through them as one list', async () => {
    expect(namesOf(await get('/fhir?_type=Observation,Condition'))).toEqual([
      'Condition/cb',
      'Observation/ob',
      'Condition/ca',
      'Observation/oa',
    ]);
    expect(await found('/fhir?_type=Observation,Condition&subject=Patient/a')).toEqual([
      'Condition/ca',
      'Observation/oa',
    ]);
    expect(await found('/fhir?_type=Observation,Condition&_tag=urn:t|both&_id=oa,cb')).toEqual([
      'Condition/cb',
      'Observation/oa',
    ]);
    expect(await found('/fhir?_type=Observation,Condition&_tag:not=urn:t|both')).toEqual([]);
    expect(await pages('/fhir?_type=Observation,Condition&_count=3&_sort=_lastUpdated')).toEqual([
      ['Observation/oa', 'Condition/ca', 'Observation/ob'],
      ['Condition/cb'],
    ]);
    expect(await pages('/fhir?_type=Observation,Condition&_count=2&_sort=-_id')).toEqual([
      ['Observation/ob', 'Observation/oa'],
      ['Condition/cb', 'Condition/ca'],
    ]);
  });

  test('sorts by a parameter that they all have, and by no other', async () => {
    const sorted = await pages('/fhir?_type=Encounter,Observation,Condition&_sort=_id,_lastUpdated&_count=3');
    expect(sorted.flat()).toHaveLength(5);
    expect((await get('/fhir?_type=Patient,Practitioner&_sort=family')).status).toBe(200);
    expect((await get('/fhir?_type=Patient,Observation&_sort=family')).status).toBe(400);
  });

  test('takes _total, _summary and _elements, and POST has the same answer', async () => {
    const query = '_type=Observation,Condition&_total=accurate&_elements=id&_count=1';
    const page = await get(`/fhir?${query}`);
    expect([page.total, Object.keys(page.entry?.[0]?.resource ?? {})]).toEqual([
      4,
      expect.not.arrayContaining(['code']),
    ]);
    expect(linkOf(page, 'self')).toBe(`${server.base}?${new URLSearchParams(query).toString()}`);
    const posted = await server.send('POST', '_search', { body: query, headers: FORM });
    expect([posted.status, posted.json().total, namesOf(posted.json())]).toEqual([200, 4, namesOf(page)]);
    const count = await get('/fhir?_type=Observation,Condition&_summary=count');
    expect([count.total, count.entry ?? []]).toEqual([4, []]);
  });

  test('without _type is one of all types, by the parameters of Resource alone', async () => {
    expect(await found('/fhir?_id=e')).toEqual(['Encounter/e', 'Medication/e']);
    expect(await found('/fhir?_tag=urn:t|both')).toHaveLength(4);
    expect((await get('/fhir?_total=accurate&_count=1')).total).toBe(10);
    expect((await pages('/fhir?_count=4')).flat()).toHaveLength(10);
    expect((await get('/fhir?subject=Patient/a')).status).toBe(400);
    for (const wrong of ['_type=Nonsense', '_type=', '_type=Patient&_type=Patient', '_cursor=x']) {
      expect([wrong, (await get(`/fhir?${wrong}`)).status]).toEqual([wrong, 400]);
    }
  });

  test('names a parameter that one of the types lacks, and leaves it out where handling is lenient', async () => {
    const path = '/fhir?_type=Observation,Medication&subject=Patient/a&_id=oa,e';
    const refused = await get(path);
    expect([refused.status, refused.issue?.[0]?.diagnostics]).toEqual([400, expect.stringContaining('Medication')]);
    const headers = { prefer: 'handling=lenient' };
    expect(await found(path, { headers })).toEqual(['Medication/e', 'Observation/oa']);
  });
});

describe('a search of a compartment', () => {
  test('finds what is in it, of one type or of all', async () => {
    expect(await found('Patient/a/Observation')).toEqual(['Observation/oa']);
    expect(await found('Patient/a/Observation?code=urn:o|other')).toEqual([]);
    expect(await found('Patient/a/*')).toEqual(['Condition/ca', 'Encounter/e', 'Observation/oa', 'Patient/a']);
    expect(await found('Patient/a/*?_type=Condition,Patient,Medication')).toEqual(['Condition/ca', 'Patient/a']);
    expect(await pages('Patient/a/*?_count=3&_sort=_id')).toEqual([
      ['Patient/a', 'Condition/ca', 'Encounter/e'],
      ['Observation/oa'],
    ]);
    const page = await get('Patient/a/*?_total=accurate&_count=1');
    expect([page.total, linkOf(page, 'self')]).toEqual([4, `${server.base}/Patient/a/*?_total=accurate&_count=1`]);
  });

  test('of an Encounter and of a Practitioner goes by their CompartmentDefinitions', async () => {
    expect(await found('Encounter/e/*')).toEqual(['Condition/ca', 'Encounter/e', 'Observation/oa']);
    expect(await found('Encounter/e/Condition')).toEqual(['Condition/ca']);
    expect(await found('Practitioner/p/Observation')).toEqual(['Observation/oa', 'Observation/ob']);
    expect(await pages('Practitioner/p/*?_count=2')).toEqual([
      ['Observation/ob', 'Observation/oa'],
      ['Practitioner/p'],
    ]);
    expect((await get('Practitioner/p/*?_summary=count')).total).toBe(3);
  });

  test('is the same by POST', async () => {
    const post = async (path: string, body = '') => {
      const reply = await server.send('POST', path, { body, headers: FORM });
      return [reply.status, namesOf(reply.json()).sort()];
    };
    expect(await post('Patient/a/_search', '_type=Condition')).toEqual([200, ['Condition/ca']]);
    expect(await post('Patient/a/*/_search', '_id=oa')).toEqual([200, ['Observation/oa']]);
    expect(await post('Patient/a/Observation/_search', 'status=final')).toEqual([200, ['Observation/oa']]);
    const wrong = await server.send('POST', 'Patient/a/_search', { body: {} });
    expect(wrong.status).toBe(415);
  });

  test('is 404 where there is no such compartment, and 405 for a method that it does not take', async () => {
    for (const path of [
      'Observation/oa/*',
      'Patient/a/Medication',
      'Patient/a/Nonsense',
      'Nonsense/a/*',
      'Patient/a/*/x',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
    const put405 = await server.send('PUT', 'Patient/a/Observation', { body: {} });
    expect([put405.status, put405.headers.get('allow')]).toEqual([405, expect.stringContaining('GET')]);
    expect((await get('Patient/a/$meta-add')).status).toBe(405);
    expect((await get('Patient/a/Observation?_type=Observation')).status).toBe(400);
  });
});

describe('such searches', () => {
  test('leave an event for every patient whose resources were shown', async () => {
    const before = await server.traces();
    await get('/fhir?_type=Observation,Condition', { as: OTHER });
    expect((await server.traces()).events).toBe(before.events + 2);
    await get('Patient/b/*', { as: OTHER });
    await get('Patient/b/*', { as: DENIED });
    expect((await server.traces()).events).toBe(before.events + 4);
  });

  test('are entries of a batch and of a transaction', async () => {
    for (const type of ['batch', 'transaction']) {
      const entry = ['?_type=Observation,Condition&_id=oa', 'Patient/a/Condition', 'Encounter/e/*'].map((url) => ({
        request: { method: 'GET', url },
      }));
      const reply = await server.send('POST', '/fhir', { body: { resourceType: 'Bundle', type, entry } });
      const answers = (reply.json().entry ?? []).map(({ resource }) => namesOf(resource as ReplyJson).sort());
      expect([type, answers]).toEqual([
        type,
        [['Observation/oa'], ['Condition/ca'], ['Condition/ca', 'Encounter/e', 'Observation/oa']],
      ]);
    }
    const entry = [{ request: { method: 'DELETE', url: 'Patient/a/Condition' } }];
    const refused = await server.send('POST', '/fhir', {
      body: { resourceType: 'Bundle', type: 'transaction', entry },
    });
    expect(refused.status).toBe(404);
  });

  test('can be answered later', async () => {
    for (const path of ['/fhir?_type=Observation,Condition&_id=oa', 'Patient/a/Observation']) {
      const accepted = await server.send('GET', path, { headers: { prefer: 'respond-async' } });
      expect([path, accepted.status]).toEqual([path, 202]);
      const status = (accepted.headers.get('content-location') ?? '').replace(server.base, '/fhir');
      let reply = await server.send('GET', status);
      for (let tries = 0; reply.status === 202 && tries < 100; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        reply = await server.send('GET', status);
      }
      const [answer] = reply.json().entry ?? [];
      expect([path, namesOf(answer?.resource as ReplyJson)]).toEqual([path, ['Observation/oa']]);
    }
    expect(await server.store.check()).toEqual([]);
  });
});
