// FHIR R4 http.html#vsearch: searches of several types and of compartments, and what a Consent leaves of them
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asking, type ReplyJson, type SendOptions, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const OTHER: Asking = {
  scope: 'user/*.cruds',
  fhirUser: 'Practitioner/9',
  organization: 'Organization/custodian',
  purpose_of_use: 'TREAT',
};
/** Practitioner/1, whom patient b denies everything. */
const DENIED: Asking = { ...OTHER, fhirUser: 'Practitioner/1' };
const PATIENT_A: Asking = { scope: 'patient/*.rs', fhirUser: 'Patient/a', patient: 'a', purpose_of_use: 'PATRQT' };

const observation = (id: string, patient: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  meta: { tag: [{ system: 'urn:t', code: 'both' }] },
  status: 'final',
  code: { coding: [{ system: 'urn:o', code: 'rate' }] },
  subject: { reference: `Patient/${patient}` },
  performer: [{ reference: 'Practitioner/p' }],
  ...more,
});
const condition = (id: string, patient: string, more: object = {}) => ({
  resourceType: 'Condition',
  id,
  meta: { tag: [{ system: 'urn:t', code: 'both' }] },
  subject: { reference: `Patient/${patient}` },
  ...more,
});
const CONSENT = {
  resourceType: 'Consent',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
};
const put = async (resource: { resourceType: string; id: string; [element: string]: unknown }) => {
  const { status, text } = await server.send('PUT', `${resource.resourceType}/${resource.id}`, { body: resource });
  if (status > 201) throw new Error(text);
};

beforeAll(async () => {
  server = await startTestServer();
  await put({ resourceType: 'Practitioner', id: 'p' });
  for (const id of ['a', 'b']) await put({ resourceType: 'Patient', id });
  const encounter = { reference: 'Encounter/e' };
  const kind = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' };
  await put({
    resourceType: 'Encounter',
    id: 'e',
    status: 'finished',
    class: kind,
    subject: { reference: 'Patient/a' },
  });
  await put(observation('oa', 'a', { encounter }));
  await put(condition('ca', 'a', { encounter }));
  await put(observation('ob', 'b'));
  await put(condition('cb', 'b'));
  await put({ resourceType: 'Medication', id: 'e' });
  await put({
    ...CONSENT,
    id: 'deny',
    patient: { reference: 'Patient/b' },
    provision: { type: 'deny', actor: [{ role: { text: 'any' }, reference: { reference: 'Practitioner/1' } }] },
  });
});
afterAll(() => server.close());

const get = async (path: string, options: SendOptions = {}) => {
  const reply = await server.send('GET', path, options);
  return { status: reply.status, ...reply.json() } as ReplyJson & { status: number };
};
const namesOf = ({ entry = [] }: ReplyJson) =>
  entry.map(({ resource: r }) => `${String(r?.resourceType)}/${String(r?.id)}`);
const found = async (path: string, options?: SendOptions) => namesOf(await get(path, options)).sort();
const linkOf = ({ link = [] }: ReplyJson, name: string) => link.find(({ relation }) => relation === name)?.url;

/** All pages, each as the server links it. */
async function pages(path: string, options?: SendOptions): Promise<string[][]> {
  const all: string[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const page: ReplyJson = await get(next.replace(server.base, '/fhir'), options);
    all.push(namesOf(page));
    next = linkOf(page, 'next');
    if (all.length > 20) throw new Error('the pages do not end');
  }
  return all;
}

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

test('a patient who may not be seen has an empty compartment, whatever else a Consent lets through', async () => {
  const stranger = { ...OTHER, organization: 'Organization/other' };
  await put({ resourceType: 'Patient', id: 'c' });
  await put(observation('oc', 'c'));
  const permit = (classes: string[]) =>
    put({
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
