// FHIR R4 operations.html, and the operations of Patient, Encounter, Composition, Observation and Resource
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { codeSystem } from '#libs/fhir-definitions';
import { type Asking, type Reply, type ReplyJson, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await put('Organization', 'org', { name: 'O' });
  await put('Practitioner', 'doc', {});
  for (const id of ['p', 'q']) await put('Patient', id, { generalPractitioner: [{ reference: 'Practitioner/doc' }] });
  await put('Encounter', 'e', {
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/p' },
    serviceProvider: { reference: 'Organization/org' },
    period: { start: '2024-03-01' },
  });
  for (const [index, value] of [7, 3, 5, 1].entries()) {
    await observation(`o${index}`, '8867-4', {
      effectiveDateTime: `2024-01-0${index + 1}`,
      valueQuantity: { value, unit: '/min' },
    });
  }
  await observation('w', '29463-7', { effectiveDateTime: '2023-05-05', encounter: { reference: 'Encounter/e' } });
  await observation('other', '8867-4', { subject: { reference: 'Patient/q' }, valueQuantity: { value: 100 } });
});
afterAll(() => server.close());

const put = (type: string, id: string, more: object) =>
  server.send('PUT', `${type}/${id}`, { body: { resourceType: type, id, ...more } });
const observation = (id: string, code: string, more: object) =>
  put('Observation', id, {
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code }] },
    subject: { reference: 'Patient/p' },
    ...more,
  });
const namesOf = ({ entry = [] }: ReplyJson) =>
  entry.map(({ resource }) => [resource?.resourceType, resource?.id].join('/'));
const get = async (path: string, as?: Asking) => (await server.send('GET', path, as ? { as } : {})).json();
const next = ({ link }: ReplyJson) => {
  const url = link?.find(({ relation }) => relation === 'next')?.url;
  return url?.slice(url.indexOf('/fhir/') + 6);
};
const OBSERVATIONS = ['Observation/o0', 'Observation/o1', 'Observation/o2', 'Observation/o3', 'Observation/w'];

describe('Patient $everything', () => {
  test('has the compartment and what it refers to, and nothing of another patient', async () => {
    expect(namesOf(await get('Patient/p/$everything')).sort()).toEqual([
      'Encounter/e',
      ...OBSERVATIONS,
      'Organization/org',
      'Patient/p',
      'Practitioner/doc',
    ]);
  });

  test('pages through everything once', async () => {
    const found: string[] = [];
    for (let url: string | undefined = 'Patient/p/$everything?_count=2&_type=Patient,Encounter,Observation'; url; ) {
      const page: ReplyJson = await get(url);
      found.push(...namesOf(page));
      url = next(page);
    }
    expect(found.sort()).toEqual(['Encounter/e', ...OBSERVATIONS, 'Patient/p']);
  });

  test('takes _type, _since, start and end, by GET and by POST', async () => {
    expect(namesOf(await get('Patient/p/$everything?_type=Encounter'))).toEqual(['Encounter/e']);
    expect(namesOf(await get('Patient/p/$everything?_since=2099-01-01T00:00:00Z'))).toEqual([]);
    const dates = await get('Patient/p/$everything?_type=Observation&start=2024-01-02&end=2024-01-03');
    expect(namesOf(dates).sort()).toEqual(['Observation/o1', 'Observation/o2']);
    const parameter = [
      { name: '_type', valueCode: 'Observation' },
      { name: '_count', valueInteger: 3 },
    ];
    const body = { resourceType: 'Parameters', parameter };
    const posted = (await server.send('POST', 'Patient/p/$everything', { body })).json();
    expect([...namesOf(posted), ...namesOf(await get(next(posted) as string))].sort()).toEqual(OBSERVATIONS);
    for (const query of ['start=x', 'nonsense=1', '_count=0', '_cursor=x', '_since=x', '_type=Nonsense']) {
      expect([query, (await server.send('GET', `Patient/p/$everything?${query}`)).status]).toEqual([query, 400]);
    }
  });

  test('is 404 for who may not see the patient, and leaves a denial; scopes limit the types', async () => {
    const stranger = { scope: 'user/*.rs', fhirUser: 'Practitioner/9', organization: 'Organization/other' };
    const hidden = await server.send('GET', 'Patient/p/$everything', { as: stranger });
    const absent = await server.send('GET', 'Patient/none/$everything', { as: stranger });
    expect([hidden.status, hidden.text]).toEqual([404, absent.text]);
    expect(await server.store.isDenialOnRecord({ type: 'Patient', id: 'p' })).toBe(true);
    const narrow = { scope: 'system/Patient.rs system/Encounter.rs', purpose_of_use: 'TREAT' };
    expect(namesOf(await get('Patient/p/$everything', narrow)).sort()).toEqual(['Encounter/e', 'Patient/p']);
    const own = { scope: 'patient/*.rs', patient: 'p', fhirUser: 'Patient/p' };
    expect(namesOf(await get('Patient/p/$everything', own))).toContain('Observation/w');
    expect((await server.send('GET', 'Patient/q/$everything', { as: own })).status).toBe(404);
  });
});

describe('Encounter $everything', () => {
  test('has the encounter, its patient, what was made in it, and what that refers to', async () => {
    expect(namesOf(await get('Encounter/e/$everything')).sort()).toEqual([
      'Encounter/e',
      'Observation/w',
      'Organization/org',
      'Patient/p',
      'Practitioner/doc',
    ]);
    expect((await server.send('GET', 'Encounter/none/$everything')).status).toBe(404);
  });
});

describe('$meta, $meta-add and $meta-delete', () => {
  const TAG = { system: 'urn:t', code: 'a', display: 'A' };
  const LABEL = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' };
  const meta = (value: object) => ({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: value }] });
  const metaIn = (reply: Reply) =>
    (reply.json().parameter as { valueMeta: Record<string, unknown> }[])[0]?.valueMeta as Record<string, unknown>;
  const add = (value: object) => server.send('POST', 'Basic/m/$meta-add', { body: meta(value) });
  const remove = (value: object, as?: Asking) =>
    server.send('POST', 'Basic/m/$meta-delete', { body: meta(value), ...(as ? { as } : {}) });
  const text =
    '{"resourceType":"Basic","id":"m","code":{"text":"x"},"extension":[{"url":"http://x.test","valueDecimal":1.00}]}';

  test('make a new version that differs in its meta alone, or none where nothing changes', async () => {
    await server.send('PUT', 'Basic/m', { body: text });
    const added = await add({ tag: [TAG, TAG], profile: ['http://x.test/p'] });
    expect(metaIn(added)).toMatchObject({ versionId: '2', tag: [TAG], profile: ['http://x.test/p'] });
    const again = await add({ tag: [{ ...TAG, display: 'B' }, TAG] });
    expect(metaIn(again)).toMatchObject({ versionId: '2', tag: [TAG] });
    expect((await server.send('GET', 'Basic/m')).text).toContain('"valueDecimal":1.00');
    const removed = await remove({ tag: [TAG] });
    expect([metaIn(removed).versionId, metaIn(removed).tag]).toEqual(['3', undefined]);
    expect(metaIn(await server.send('GET', 'Basic/m/$meta'))).toEqual(metaIn(removed));
    expect(metaIn(await server.send('GET', 'Basic/m/_history/2/$meta'))).toMatchObject({ versionId: '2', tag: [TAG] });
    expect(await server.store.check()).toEqual([]);
  });

  test('twenty at once lose no tag', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => add({ tag: [{ system: 'urn:n', code: `${index}` }] })));
    expect(metaIn(await server.send('GET', 'Basic/m/$meta')).tag).toHaveLength(20);
  });

  test('a security label is removed only with a right of its own', async () => {
    await add({ security: [LABEL] });
    expect((await remove({ security: [LABEL] })).status).toBe(403);
    expect(metaIn(await server.send('GET', 'Basic/m/$meta')).security).toEqual([LABEL]);
    const as = { scope: 'system/*.cruds holdfast/security-labels.d', purpose_of_use: 'TREAT' };
    expect(metaIn(await remove({ security: [LABEL] }, as)).security).toBeUndefined();
  });

  test('refuse what a PUT of the same would be refused for, and leave no version', async () => {
    const before = metaIn(await server.send('GET', 'Basic/m/$meta'));
    const issues = async (value: object) => {
      const reply = await add(value);
      return [reply.status, reply.json().issue?.[0]?.expression?.[0]];
    };
    const claimed = ['http://hl7.org/fhir/StructureDefinition/Observation'];
    expect(await issues({ profile: claimed })).toEqual([422, 'Basic']);
    expect(await issues({ tag: [{ system: 'a', code: 'b' }] })).toEqual([422, 'Basic.meta.tag[20].system']);
    expect(await issues({ tag: [{ system: 'urn:t', code: 'a\u0001' }] })).toEqual([
      422,
      'Parameters.parameter[0].value.ofType(Meta).tag[0].code',
    ]);
    expect(metaIn(await server.send('GET', 'Basic/m/$meta'))).toEqual(before);
    const patch = [{ op: 'add', path: '/language', value: 'en' }];
    const headers = { 'content-type': 'application/json-patch+json' };
    expect((await server.send('PATCH', 'Basic/m', { body: patch, headers })).status).toBe(200);
  });

  test('refuse GET, other parameters and what is not there', async () => {
    expect((await server.send('GET', 'Basic/m/$meta-add')).status).toBe(405);
    expect((await server.send('POST', 'Basic/m/$meta-add', { body: { resourceType: 'Parameters' } })).status).toBe(400);
    expect((await server.send('POST', 'Basic/none/$meta-add', { body: meta({ tag: [TAG] }) })).status).toBe(404);
    const wrong = { profile: ['http://hl7.org/fhir/StructureDefinition/Observation'] };
    expect((await server.send('POST', 'Basic/m/$meta-add', { body: meta(wrong) })).status).toBe(422);
    expect((await server.send('POST', 'Basic/m/$nonsense', { body: meta({}) })).status).toBe(404);
    expect((await server.send('GET', 'Basic/m/$everything')).status).toBe(404);
  });
});

describe('Composition $document', () => {
  test('is the composition with what it refers to, as far as it may be shown', async () => {
    await put('Composition', 'c', {
      status: 'final',
      type: { text: 'x' },
      subject: { reference: 'Patient/p' },
      date: '2024-01-01',
      author: [{ reference: 'Practitioner/doc' }],
      title: 'C',
      section: [{ entry: [{ reference: 'Observation/w' }, { reference: 'Observation/never' }] }],
    });
    const document = await get('Composition/c/$document');
    expect([document.type, document.timestamp]).toEqual(['document', expect.stringMatching(/Z$/)]);
    expect(namesOf(document)[0]).toBe('Composition/c');
    expect(namesOf(document).sort()).toEqual(['Composition/c', 'Observation/w', 'Patient/p', 'Practitioner/doc']);
    const narrow = { scope: 'system/Composition.r system/Patient.r', purpose_of_use: 'TREAT' };
    expect(namesOf(await get('Composition/c/$document', narrow))).toEqual(['Composition/c', 'Patient/p']);
    expect((await server.send('GET', 'Composition/c/$document?persist=true')).status).toBe(400);
  });
});

describe('Observation $lastn', () => {
  test('gives the newest of each code', async () => {
    expect(namesOf(await get('Observation/$lastn?patient=p'))).toEqual(['Observation/o3', 'Observation/w']);
    expect(namesOf(await get('Observation/$lastn?patient=Patient/p&max=2&code=8867-4'))).toEqual([
      'Observation/o3',
      'Observation/o2',
    ]);
    for (const query of ['', 'patient=p&max=0', 'patient=p&_sort=date']) {
      expect((await server.send('GET', `Observation/$lastn?${query}`)).status).toBe(400);
    }
  });
});

describe('Observation $stats', () => {
  interface Part {
    name: string;
    resource: { component: { valueQuantity: { value: number } }[] };
  }

  test('counts over the quantities of one subject', async () => {
    const statistics = ['average', 'maximum', 'minimum', 'count', 'median', 'std-dev', 'sum', '20-percent'];
    const wanted = statistics.map((one) => `statistic=${one}`).join('&');
    const query = `subject=Patient/p&code=8867-4&system=http://loinc.org&${wanted}`;
    const [first, ...sources] = (await get(`Observation/$stats?${query}&include=true`)).parameter as Part[];
    const values = first?.resource.component.map(({ valueQuantity }) => valueQuantity.value) ?? [];
    expect(values.map((value) => Math.round(value * 1000) / 1000)).toEqual([4, 7, 1, 4, 4, 2.582, 16, 2.2]);
    expect(sources.map(({ name }) => name)).toEqual(Array(4).fill('source'));
    for (const bad of [
      'subject=Patient/p&code=x',
      `${query}&statistic=none`,
      `${query}&duration=-1`,
      `${query}&period=2024`,
    ]) {
      expect((await server.send('GET', `Observation/$stats?${bad}`)).status).toBe(400);
    }
  });

  test('says which period the figures are about', async () => {
    const period = { start: '2024-01-01', end: '2024-12-31' };
    const parameter = [
      { name: 'subject', valueUri: 'Patient/p' },
      { name: 'code', valueString: '8867-4' },
      { name: 'statistic', valueCode: 'count' },
    ];
    const stats = async (...more: object[]) => {
      const body = { resourceType: 'Parameters', parameter: [...parameter, ...more] };
      const reply = await server.send('POST', 'Observation/$stats', { body });
      return (reply.json().parameter as { resource: Record<string, unknown> }[])[0]?.resource ?? {};
    };
    expect((await stats({ name: 'period', valuePeriod: period })).effectivePeriod).toEqual(period);
    const { start, end } = (await stats({ name: 'duration', valueDecimal: 2 })).effectivePeriod as typeof period;
    expect(Date.parse(end) - Date.parse(start)).toBe(7_200_000);
    const whole = await stats();
    expect([whole.effectivePeriod, whole.effectiveDateTime]).toEqual([undefined, undefined]);
  });

  test('has every code of observation-statistics, regression as gradient and intercept', async () => {
    const codes = codeSystem('http://terminology.hl7.org/CodeSystem/observation-statistics')?.concept ?? [];
    const statistics = codes.map((concept) => (typeof concept === 'string' ? concept : concept[0]));
    expect(statistics).toContain('regression');
    const body = { resourceType: 'Observation', status: 'final', code: { coding: [{ code: 'line' }] } };
    for (const [day, value] of [3, 5, 7, undefined].entries()) {
      const more = value === undefined ? {} : { valueQuantity: { value, unit: 'kg' } };
      const effectiveDateTime = `2024-05-0${day + 1}T00:00:00Z`;
      await server.send('POST', 'Observation', {
        body: { ...body, subject: { reference: 'Patient/p' }, effectiveDateTime, ...more },
      });
    }
    const query = `subject=Patient/p&code=line&statistic=${statistics.join(',')}`;
    const [first] = (await get(`Observation/$stats?${query}`)).parameter as Part[];
    const shown = JSON.parse(JSON.stringify(first?.resource.component)) as {
      code: { coding: [{ code: string }]; text?: string };
      valueQuantity: { value: number; unit?: string };
    }[];
    expect(new Set(shown.map(({ code }) => code.coding[0].code))).toEqual(new Set(statistics));
    const figure = (name: string) =>
      shown.filter(({ code }) => code.coding[0].code === name).map((one) => one.valueQuantity);
    expect([figure('count'), figure('total-count')]).toEqual([[{ value: 3 }], [{ value: 4 }]]);
    const [gradient, intercept] = figure('regression');
    expect([gradient?.unit, intercept?.unit]).toEqual(['kg/h', 'kg']);
    expect(gradient?.value).toBeCloseTo(2 / 24);
    expect(intercept?.value).toBeCloseTo(3);
  });
});
