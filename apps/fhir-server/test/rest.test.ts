// FHIR R4 http.html: the RESTful API from outside
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ReplyJson, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const PATIENT = '{ "resourceType": "Patient", "active": true,\n "name": [{"family": "Ω’Brien"}] }';
const PRECISE =
  '{"code":{"text":"x"},"status":"final","resourceType":"Observation","meta":{"tag":[{"code":"t"}],"source":"urn:a","versionId":"77","security":[{"code":"R"}]},' +
  '"component":[{"code":{"text":"a"},"valueQuantity":{"value":1.00}},{"code":{"text":"b"},"valueQuantity":{"value":1e2}},' +
  '{"code":{"text":"c"},"valueQuantity":{"value":12345678901234567890.12345678901234567890}}]}';
const familyOf = (resource: object | undefined) => (resource as { name?: { family: string }[] }).name?.[0]?.family;
const idOf = (reply: { headers: Headers }) => reply.headers.get('location')?.split('/').at(-3) as string;

describe('create', () => {
  test('answers 201 with Location, ETag, Last-Modified and the stored bytes', async () => {
    const reply = await server.send('POST', 'Patient', { body: PATIENT });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('etag')).toBe('W/"1"');
    expect(reply.headers.get('location')).toMatch(/\/fhir\/Patient\/[A-Za-z0-9\-.]{1,64}\/_history\/1$/);
    expect(Date.parse(reply.headers.get('last-modified') ?? '')).not.toBeNaN();
    expect(reply.text).toMatch(
      /^\{"resourceType":"Patient","id":"[^"]+","meta":\{"versionId":"1","lastUpdated":"[^"]+Z"\},"active":true,"name":\[\{"family":"Ω’Brien"\}\]\}$/,
    );
  });

  test('keeps numbers to the last digit, the order of keys, and what the client put into meta', async () => {
    const created = await server.send('POST', 'Observation', { body: PRECISE });
    const { text } = await server.send('GET', `Observation/${idOf(created)}`);
    expect(text).toContain('"value":1.00}');
    expect(text).toContain('"value":1e2}');
    expect(text).toContain('"value":12345678901234567890.12345678901234567890}');
    expect(text.startsWith('{"code":{"text":"x"},"status":"final","resourceType":"Observation"')).toBe(true);
    expect(text).toMatch(
      /"meta":\{.*"tag":\[\{"code":"t"\}\],"source":"urn:a","versionId":"1","security":\[\{"code":"R"\}\].*\}/,
    );
  });

  test('gives back what Prefer asks for', async () => {
    const minimal = await server.send('POST', 'Patient', { body: PATIENT, headers: { prefer: 'return=minimal' } });
    expect([minimal.status, minimal.text]).toEqual([201, '']);
    const outcome = await server.send('POST', 'Patient', {
      body: PATIENT,
      headers: { prefer: 'return=OperationOutcome' },
    });
    expect(outcome.json().resourceType).toBe('OperationOutcome');
  });
});

describe('read and vread', () => {
  test('give the bytes that were stored, and 304 to a client that has them', async () => {
    const created = await server.send('POST', 'Patient', { body: PATIENT });
    const read = await server.send('GET', `Patient/${idOf(created)}`);
    expect(read.text).toBe(created.text);
    expect(read.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    const held = await server.send('GET', `Patient/${idOf(created)}`, { headers: { 'if-none-match': 'W/"1"' } });
    expect([held.status, held.text]).toEqual([304, '']);
    const version = await server.send('GET', `Patient/${idOf(created)}/_history/1`);
    expect(version.text).toBe(created.text);
  });

  test('answer 404 with an OperationOutcome for what is not there', async () => {
    for (const path of [
      'Patient/none',
      'Patient/none/_history/1',
      'Nonsense/1',
      'Patient/a_b',
      'Patient/none/_history',
    ]) {
      const reply = await server.send('GET', path);
      expect([path, reply.status, reply.json().resourceType]).toEqual([path, 404, 'OperationOutcome']);
    }
  });
});

describe('update', () => {
  const put = (id: string, extra: object, options: object = {}) =>
    server.send('PUT', `Patient/${id}`, { body: { resourceType: 'Patient', id, ...extra }, ...options });

  test('to a new id creates it for a system client', async () => {
    const reply = await put('chosen', { active: true });
    expect([reply.status, reply.headers.get('etag')]).toEqual([201, 'W/"1"']);
  });

  test('makes the next version, and history lists them newest first', async () => {
    await put('two', { active: true });
    const second = await put('two', { active: false });
    expect([second.status, second.headers.get('etag')]).toEqual([200, 'W/"2"']);
    const history = (await server.send('GET', 'Patient/two/_history')).json();
    expect(history.total).toBe(2);
    expect(history.entry?.map(({ resource }) => resource?.active)).toEqual([false, true]);
    const first = await server.send('GET', 'Patient/two/_history/1');
    expect(first.json().active).toBe(true);
  });

  test('with If-Match refuses all but the current version', async () => {
    await put('match', { active: true });
    expect((await put('match', {}, { headers: { 'if-match': 'W/"7"' } })).status).toBe(412);
    expect((await put('match', {}, { headers: { 'if-match': '*' } })).status).toBe(400);
    expect((await put('match', { active: false }, { headers: { 'if-match': 'W/"1"' } })).status).toBe(200);
  });

  test('needs the id of the URL in the body', async () => {
    expect((await server.send('PUT', 'Patient/here', { body: { resourceType: 'Patient', id: 'there' } })).status).toBe(
      400,
    );
    expect((await server.send('PUT', 'Patient/here', { body: { resourceType: 'Patient' } })).status).toBe(400);
  });

  test('by a user is 405 in the same words for an absent and for a hidden id', async () => {
    await put('hidden', { active: true });
    const stranger = {
      scope: 'user/*.cruds',
      fhirUser: 'Practitioner/9',
      organization: 'Organization/other',
      purpose_of_use: 'TREAT',
    };
    const absent = await put('never', { active: true }, { as: stranger });
    const hidden = await put('hidden', { active: true }, { as: stranger });
    expect([absent.status, hidden.status]).toEqual([405, 405]);
    expect(hidden.text).toBe(absent.text);
  });

  test('fifty at once make versions one to fifty', async () => {
    const replies = await Promise.all(Array.from({ length: 50 }, () => put('race', { active: true })));
    const versions = replies.map((reply) => Number(reply.headers.get('etag')?.slice(3, -1))).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });
});

describe('delete', () => {
  test('answers 204, then 410 to reads, and leaves older versions readable', async () => {
    const created = await server.send('POST', 'Patient', { body: PATIENT });
    const id = idOf(created);
    expect((await server.send('DELETE', `Patient/${id}`)).status).toBe(204);
    expect((await server.send('GET', `Patient/${id}`)).status).toBe(410);
    expect((await server.send('GET', `Patient/${id}/_history/2`)).status).toBe(410);
    expect((await server.send('GET', `Patient/${id}/_history/1`)).text).toBe(created.text);
    expect((await server.send('DELETE', `Patient/${id}`)).status).toBe(204);
    expect((await server.send('GET', `Patient?_id=${id}`)).json().entry ?? []).toEqual([]);
    expect((await server.send('DELETE', 'Patient/never-was')).status).toBe(404);
  });
});

describe('the edge', () => {
  test('needs a token for everything but metadata and health', async () => {
    for (const path of ['Patient', 'Patient/1', 'Nonsense', '/nowhere', 'Patient/1/_history/1/$receipt']) {
      const reply = await server.send('GET', path, { as: null });
      expect([path, reply.status, reply.json().resourceType]).toEqual([path, 401, 'OperationOutcome']);
      expect(reply.headers.get('www-authenticate')).toContain('Bearer');
    }
    expect((await server.send('GET', 'metadata', { as: null })).status).toBe(200);
    expect((await server.send('GET', '/health', { as: null })).status).toBe(200);
    expect((await server.send('GET', '/health/live', { as: null })).status).toBe(200);
    expect((await server.send('GET', '/health/ready', { as: null })).status).toBe(200);
    expect((await server.send('GET', '/metrics', { as: null })).text).toMatch(/holdfast_events_waiting \d+/);
  });

  test('refuses methods, media types and formats it does not take', async () => {
    const put = await server.send('PUT', 'Patient/1/_history/1', { body: {} });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await server.send('DELETE', 'Patient')).status).toBe(400);
    const turtle = { 'content-type': 'text/turtle', accept: 'text/turtle' };
    expect((await server.send('POST', 'Patient', { body: '<Patient/>', headers: turtle })).status).toBe(406);
    const sent = { 'content-type': 'text/turtle' };
    expect((await server.send('POST', 'Patient', { body: '<Patient/>', headers: sent })).status).toBe(415);
    expect((await server.send('GET', 'Patient/1', { headers: { accept: 'text/turtle' } })).status).toBe(406);
    expect((await server.send('GET', 'Patient?_format=ttl')).status).toBe(406);
    expect((await server.send('GET', 'metadata?_format=json', { as: null })).status).toBe(200);
  });

  test.each([
    ['not JSON', '{"resourceType":"Patient"', 400],
    ['no object', '[]', 400],
    ['no resourceType', '{"id":"1"}', 400],
    ['another type', '{"resourceType":"Observation"}', 400],
    ['duplicate names', '{"resourceType":"Patient","active":true,"active":false}', 400],
    ['a lone surrogate', '{"resourceType":"Patient","name":[{"text":"\\ud800"}]}', 400],
    ['__proto__', '{"resourceType":"Patient","__proto__":{}}', 400],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400],
    ['101 arrays in each other', `{"resourceType":"Patient","name":${'['.repeat(101)}${']'.repeat(101)}}`, 400],
    ['an unknown element', '{"resourceType":"Patient","nonsense":1}', 422],
    ['a wrong type', '{"resourceType":"Patient","active":"yes"}', 422],
    ['a code outside its binding', '{"resourceType":"Patient","gender":"xx"}', 422],
  ])('refuses %s and leaves nothing behind', async (_name, body, status) => {
    const before = await server.traces();
    const reply = await server.send('POST', 'Patient', { body });
    expect(reply.status).toBe(status);
    expect(reply.json().resourceType).toBe('OperationOutcome');
    expect(await server.traces()).toEqual(before);
  });

  test('names every fault of an invalid resource and where it is', async () => {
    const body = { resourceType: 'Patient', gender: 'xx', name: [{ given: [7] }], nonsense: 1 };
    const { issue } = (await server.send('POST', 'Patient', { body })).json();
    expect(issue?.map(({ expression }) => expression?.[0]).sort()).toEqual([
      'Patient',
      'Patient.gender',
      'Patient.name[0].given[0]',
    ]);
  });

  test('refuses a body over the limit with 413', async () => {
    const small = await startTestServer({ MAX_BODY_BYTES: '2048' });
    const reply = await small.send('POST', 'Patient', {
      body: { resourceType: 'Patient', name: [{ text: 'x'.repeat(4000) }] },
    });
    expect([reply.status, reply.json().resourceType]).toEqual([413, 'OperationOutcome']);
    await small.close();
  });
});

describe('a stored row that was changed behind the server', () => {
  test('is not shown, and $verify names it', async () => {
    const created = await server.send('POST', 'Patient', { body: PATIENT });
    const name = `Patient/${idOf(created)}`;
    const flip = 'set_byte(content, 20, get_byte(content, 20) # 1)';
    await server.store.dataSource.query(`UPDATE version SET content = ${flip} WHERE id = $1`, [idOf(created)]);
    const read = await server.send('GET', name);
    expect([read.status, read.json().resourceType]).toEqual([500, 'OperationOutcome']);
    const verified = await server.send('GET', `${name}/_history/1/$verify`);
    expect(verified.json().parameter).toEqual([
      { name: 'verdict', valueCode: 'ALTERED' },
      { name: 'detail', valueString: expect.stringContaining(`${name} version 1`) },
    ]);
    await server.store.dataSource.query(`UPDATE version SET content = ${flip} WHERE id = $1`, [idOf(created)]);
    expect((await server.send('GET', name)).text).toBe(created.text);
  });
});

describe('search', () => {
  test('pages through all matches by next links, and a changed or stolen link is refused', async () => {
    for (const family of ['Xa', 'Xb', 'Xc', 'Xd', 'Xe']) {
      await server.send('POST', 'Patient', { body: { resourceType: 'Patient', name: [{ family }] } });
    }
    const names: unknown[] = [];
    let url: string | undefined = 'Patient?family=x&_sort=family&_count=2&_total=accurate';
    let last = '';
    while (url) {
      const page: ReplyJson = (await server.send('GET', url)).json();
      expect(page.total).toBe(5);
      names.push(...(page.entry ?? []).map(({ resource }) => familyOf(resource)));
      const next = page.link?.find(({ relation }) => relation === 'next')?.url;
      url = next?.slice(next.indexOf('/fhir/') + 6);
      last = url ?? last;
    }
    expect(names).toEqual(['Xa', 'Xb', 'Xc', 'Xd', 'Xe']);
    expect(
      (
        await server.send(
          'GET',
          last.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')),
        )
      ).status,
    ).toBe(400);
    const other = { scope: 'user/*.rs', fhirUser: 'Practitioner/1', organization: 'Organization/other' };
    expect((await server.send('GET', last, { as: other })).status).toBe(400);
  });

  test('refuses what it does not know, by name', async () => {
    for (const [query, name] of [
      ['nonsense=1', 'nonsense'],
      ['_include=x', '_include'],
      ['birthdate=abc', 'birthdate'],
    ]) {
      const reply = await server.send('GET', `Patient?${query}`);
      expect([reply.status, reply.json().issue?.[0]?.diagnostics]).toEqual([
        400,
        expect.stringContaining(name as string),
      ]);
    }
  });

  test('by POST is the same as by GET', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const posted = await server.send('POST', 'Patient/_search', { body: 'family=x&_count=3', headers });
    const got = await server.send('GET', 'Patient?family=x&_count=3');
    expect(posted.json().entry).toEqual(got.json().entry);
  });
});

describe('metadata', () => {
  test('names every resource type with its interactions and search parameters', async () => {
    const statement = (await server.send('GET', 'metadata', { as: null })).json() as unknown as {
      fhirVersion: string;
      rest: { resource: { type: string; interaction: object[]; searchParam: { name: string }[] }[] }[];
    };
    expect(statement.fhirVersion).toBe('4.0.1');
    const resources = statement.rest[0]?.resource ?? [];
    expect(resources.length).toBeGreaterThan(140);
    const patient = resources.find(({ type }) => type === 'Patient');
    expect(patient?.interaction).toHaveLength(9);
    expect(patient?.searchParam.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['name', 'birthdate', '_id', '_count']),
    );
  });
});
