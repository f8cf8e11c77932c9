// FHIR R4 http.html#ccreate, #cond-update, #cdelete and #cread
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asking, type Reply, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const SYSTEM = 'urn:mrn';
const patient = (value: string, more: object = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: SYSTEM, value }],
  ...more,
});
const query = (value: string) => `identifier=${SYSTEM}|${value}`;
const idOf = (reply: Reply) => reply.headers.get('location')?.split('/').at(-3) as string;
const create = (value: string, condition = query(value), more: object = {}) =>
  server.send('POST', 'Patient', { body: patient(value, more), headers: { 'if-none-exist': condition } });
const total = async (value: string) =>
  (await server.send('GET', `Patient?${query(value)}&_total=accurate`)).json().total;
const tally = (replies: Reply[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
/** What the server decided about the last requests, newest first. */
const lastEvents = async (count: number) =>
  (await server.store.dataSource.query(`SELECT decision FROM event ORDER BY id DESC LIMIT ${count}`)) as {
    decision: string;
  }[];

describe('a conditional create', () => {
  test('makes one resource and answers it from then on', async () => {
    const first = await create('one');
    expect(first.status).toBe(201);
    const second = await create('one', query('one'), { active: true });
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(await total('one')).toBe(1);
  });

  test('fifty at once make one resource, however the condition is spelt', async () => {
    const spellings = [query('fifty'), `identifier=${encodeURIComponent(`${SYSTEM}|fifty`)}`, `?${query('fifty')}`];
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => create('fifty', spellings[index % spellings.length])),
    );
    expect(tally(replies)).toEqual({ 200: 49, 201: 1 });
    expect(new Set(replies.map(idOf)).size).toBe(1);
    expect(await total('fifty')).toBe(1);
  });

  test('is 412 where several match, and leaves an event and no version', async () => {
    await server.send('POST', 'Patient', { body: patient('two') });
    await server.send('POST', 'Patient', { body: patient('two') });
    const before = await server.traces();
    expect((await create('two')).status).toBe(412);
    expect(await server.traces()).toEqual({ versions: before.versions, events: before.events + 1 });
  });

  test('takes what is hidden for none', async () => {
    const made = idOf(await create('hidden'));
    const stranger: Asking = {
      scope: 'user/*.cruds',
      fhirUser: 'Practitioner/9',
      organization: 'Organization/other',
      purpose_of_use: 'TREAT',
    };
    const hidden = await server.send('DELETE', `Patient?${query('hidden')}`, { as: stranger });
    const absent = await server.send('DELETE', `Patient?${query('never')}`, { as: stranger });
    expect([hidden.status, absent.status]).toEqual([204, 204]);
    expect((await server.send('GET', `Patient/${made}`)).status).toBe(200);
  });

  test('needs a condition that can be read, and the right to search', async () => {
    for (const condition of ['', 'nonsense=1', '_count=1', 'birthdate=abc']) {
      expect([condition, (await create('x', condition)).status]).toEqual([condition, 400]);
    }
    const reply = await server.send('POST', 'Patient', {
      body: patient('x'),
      headers: { 'if-none-exist': query('x') },
      as: { scope: 'system/Patient.c' },
    });
    expect(reply.status).toBe(403);
    expect((await lastEvents(1))[0]?.decision).toBe('deny');
  });
});

test('a question mark in a value is part of it, in every condition: nothing else is matched, changed or deleted', async () => {
  await create('mark');
  await create('mark?more');
  for (const condition of [query('mark?more'), `?${query('mark?more')}`, `Patient?${query('mark?more')}`])
    expect((await create('x', condition)).status).toBe(200);
  const put = await server.send('PUT', `Patient?${query('mark?none')}`, { body: patient('mark?none') });
  expect(put.status).toBe(201);
  expect((await server.send('DELETE', `Patient?${query('mark?never')}`)).status).toBe(204);
  expect((await server.send('DELETE', `Patient?${query('mark?more')}`)).status).toBe(204);
  expect([await total('mark'), await total('mark?more'), await total('mark?none')]).toEqual([1, 0, 1]);
});

describe('a conditional update', () => {
  const put = (condition: string, body: object) => server.send('PUT', `Patient?${condition}`, { body });

  test('creates where nothing matches, and updates what does', async () => {
    const first = await put(query('upd'), patient('upd'));
    expect(first.status).toBe(201);
    const second = await put(query('upd'), patient('upd', { active: true }));
    expect([second.status, second.headers.get('etag'), idOf(second)]).toEqual([200, 'W/"2"', idOf(first)]);
  });

  test('creates under the id in the body, and refuses one that is not the match', async () => {
    expect((await put(query('own'), patient('own', { id: 'own-id' }))).status).toBe(201);
    expect((await put(query('own'), patient('own', { id: 'own-id', active: true }))).headers.get('etag')).toBe('W/"2"');
    expect((await put(query('own'), patient('own', { id: 'other' }))).status).toBe(400);
    expect((await server.send('GET', 'Patient/other')).status).toBe(404);
  });

  test('is 412 where several match', async () => {
    await server.send('POST', 'Patient', { body: patient('upd2') });
    await server.send('POST', 'Patient', { body: patient('upd2') });
    expect((await put(query('upd2'), patient('upd2'))).status).toBe(412);
  });

  test('fifty at once make one resource with versions one to fifty', async () => {
    const replies = await Promise.all(Array.from({ length: 50 }, () => put(query('race'), patient('race'))));
    expect(tally(replies)).toEqual({ 200: 49, 201: 1 });
    const versions = replies.map((reply) => Number(reply.headers.get('etag')?.slice(3, -1))).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(await server.store.check()).toEqual([]);
  });

  test('that takes away what it matched by is the last to match', async () => {
    await server.send('POST', 'Patient', { body: patient('gone') });
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => put(query('gone'), patient(`gone-${index}`))),
    );
    expect(tally(replies)).toEqual({ 200: 1, 201: 9 });
  });
});

test('an update with If-None-Match: * creates, also after a deletion, and is 412 where there is a version', async () => {
  const put = (path = 'Patient/none-match') =>
    server.send('PUT', path, {
      body: { resourceType: 'Patient', id: 'none-match' },
      headers: { 'if-none-match': '*' },
    });
  expect(tally(await Promise.all(Array.from({ length: 10 }, () => put())))).toEqual({ 201: 1, 412: 9 });
  expect((await put('Patient?_id=none-match')).status).toBe(412);
  await server.send('DELETE', 'Patient/none-match');
  expect([(await put()).status, (await put()).status]).toEqual([201, 412]);
  expect((await server.send('GET', 'Patient/none-match/_history')).json().total).toBe(3);
});

describe('a conditional delete', () => {
  test('deletes the one match, and is 204 where there is none', async () => {
    const made = idOf(await create('del'));
    expect((await server.send('DELETE', `Patient?${query('del')}`)).status).toBe(204);
    expect((await server.send('GET', `Patient/${made}`)).status).toBe(410);
    expect((await server.send('DELETE', `Patient?${query('del')}`)).status).toBe(204);
    expect((await server.send('DELETE', 'Patient')).status).toBe(400);
  });

  test('of several is refused, or done where the server is configured so', async () => {
    await server.send('POST', 'Patient', { body: patient('many') });
    await server.send('POST', 'Patient', { body: patient('many') });
    expect((await server.send('DELETE', `Patient?${query('many')}`)).status).toBe(412);
    expect(await total('many')).toBe(2);
    const several = await startTestServer({ CONDITIONAL_DELETE: 'multiple' });
    for (const _ of [1, 2, 3]) await several.send('POST', 'Patient', { body: patient('many') });
    expect((await several.send('DELETE', `Patient?${query('many')}`)).status).toBe(204);
    expect((await several.send('GET', `Patient?${query('many')}`)).json().entry ?? []).toEqual([]);
    expect(await several.store.check()).toEqual([]);
    await several.close();
  });
});

describe('a conditional read', () => {
  test('is 304 to a client that has the version, by its number or by its time', async () => {
    const made = await create('read');
    const path = `Patient/${idOf(made)}`;
    const modified = made.headers.get('last-modified') as string;
    const get = (headers: Record<string, string>) => server.send('GET', path, { headers });
    expect((await get({ 'if-modified-since': modified })).status).toBe(304);
    const earlier = new Date(Date.parse(modified) - 5000).toUTCString();
    expect((await get({ 'if-modified-since': earlier })).status).toBe(200);
    expect((await get({ 'if-none-match': 'W/"1"', 'if-modified-since': earlier })).status).toBe(304);
    expect((await get({ 'if-none-match': 'W/"2"', 'if-modified-since': modified })).status).toBe(200);
    expect((await get({ 'if-none-match': '*' })).status).toBe(304);
    const version = await server.send('GET', `${path}/_history/1`, { headers: { 'if-none-match': 'W/"1"' } });
    expect([version.status, version.headers.get('etag'), version.text]).toEqual([304, 'W/"1"', '']);
  });
});

describe('referential integrity', () => {
  const body = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/no' },
  };

  test('is off, a warning, or a refusal, by configuration', async () => {
    expect((await server.send('POST', 'Observation', { body })).status).toBe(201);
    const warning = await startTestServer({ REFERENTIAL_INTEGRITY: 'warn' });
    const warned = await warning.send('POST', 'Observation', { body, headers: { prefer: 'return=OperationOutcome' } });
    expect([warned.status, warned.json().issue?.length]).toEqual([201, 2]);
    expect(warned.headers.get('warning')).toContain('1 references');
    const entry = [{ resource: body, request: { method: 'POST', url: 'Observation' } }];
    for (const type of ['batch', 'transaction']) {
      const bundle = await warning.send('POST', '/fhir', { body: { resourceType: 'Bundle', type, entry } });
      const [{ response }] = bundle.json().entry as unknown as [{ response: { status: string; outcome: object } }];
      expect([type, response]).toEqual([
        type,
        expect.objectContaining({
          status: '201 Created',
          outcome: { resourceType: 'OperationOutcome', issue: [expect.objectContaining({ severity: 'warning' })] },
        }),
      ]);
    }
    await warning.close();
    const refusing = await startTestServer({ REFERENTIAL_INTEGRITY: 'refuse' });
    const refused = await refusing.send('POST', 'Observation', { body });
    expect([refused.status, refused.json().issue?.[0]?.diagnostics]).toEqual([
      422,
      expect.stringContaining('Patient/no'),
    ]);
    await refusing.send('PUT', 'Patient/no', { body: { resourceType: 'Patient', id: 'no' } });
    expect((await refusing.send('POST', 'Observation', { body })).status).toBe(201);
    await refusing.close();
  });

  test('where it is refused, what others refer to cannot be deleted, alone or in a Bundle, but together with them', async () => {
    const refusing = await startTestServer({ REFERENTIAL_INTEGRITY: 'refuse', CONDITIONAL_DELETE: 'multiple' });
    await refusing.send('PUT', 'Patient/no', { body: { resourceType: 'Patient', id: 'no' } });
    await refusing.send('PUT', 'Observation/o', { body: { ...body, id: 'o' } });
    const deletion = (url: string) => ({ request: { method: 'DELETE', url } });
    const bundle = (...urls: string[]) =>
      refusing.send('POST', '/fhir', {
        body: { resourceType: 'Bundle', type: 'transaction', entry: urls.map(deletion) },
      });
    for (const path of ['Patient/no', 'Patient?_id=no']) {
      const refused = await refusing.send('DELETE', path);
      expect([refused.status, refused.json().issue?.[0]?.code]).toEqual([409, 'conflict']);
    }
    const [refused, other] = [await bundle('Patient/no'), await bundle('Patient/none', 'Patient/no')];
    expect([refused.status, refused.json().issue?.[0]?.expression]).toEqual([409, ['Bundle.entry[0]']]);
    expect(other.status).toBeGreaterThanOrEqual(400);
    expect((await refusing.send('GET', 'Patient/no')).status).toBe(200);
    expect((await bundle('Patient/no', 'Observation/o')).status).toBe(200);
    expect((await refusing.send('GET', 'Patient/no')).status).toBe(410);

    await refusing.send('PUT', 'Patient/no', { body: { resourceType: 'Patient', id: 'no' } });
    await refusing.send('PUT', 'Observation/o', { body: { ...body, id: 'o' } });
    expect((await refusing.send('DELETE', 'Observation/o')).status).toBe(204);
    expect((await refusing.send('DELETE', 'Patient/no')).status).toBe(204);
    expect(await refusing.store.check()).toEqual([]);
    await refusing.close();
  });

  test('sees every reference, also of an element that no search parameter looks at, but not what the entries of a Bundle hold', async () => {
    const refusing = await startTestServer({ REFERENTIAL_INTEGRITY: 'refuse' });
    const target = () => refusing.send('PUT', 'Patient/t', { body: { resourceType: 'Patient', id: 't' } });
    const [here, old] = [{ reference: 'Patient/t' }, { reference: 'Patient/t/_history/1' }];
    const own = { reference: `${refusing.base}/Patient/t` };
    const basic = { resourceType: 'Basic', id: 'r', code: { text: 'x' } };
    const extension = (valueReference: object) => [{ url: 'http://x.test/r', valueReference }];
    const holders = [
      { ...basic, extension: extension(here) },
      { ...basic, extension: extension(old) },
      { ...basic, extension: extension(own) },
      {
        ...basic,
        contained: [{ resourceType: 'Basic', id: 'c', code: { text: 'y' }, subject: here }],
        subject: { reference: '#c' },
      },
      { resourceType: 'Bundle', id: 'r', type: 'collection', signature: { ...SIGNATURE, who: here } },
    ];
    for (const holder of holders) {
      const path = `${holder.resourceType}/r`;
      expect([holder, (await refusing.send('PUT', path, { body: holder })).status]).toEqual([holder, 422]);
      await target();
      expect([holder, (await refusing.send('PUT', path, { body: holder })).status]).toEqual([holder, 201]);
      expect([holder, (await refusing.send('DELETE', 'Patient/t')).status]).toEqual([holder, 409]);
      expect((await refusing.send('DELETE', path)).status).toBe(204);
      expect((await refusing.send('DELETE', 'Patient/t')).status).toBe(204);
    }
    const inside = { ...basic, id: 'i', extension: extension({ reference: 'Patient/elsewhere' }) };
    const entry = [{ fullUrl: 'http://x.test/Basic/i', resource: inside }];
    const bundle = { resourceType: 'Bundle', id: 'b', type: 'collection', entry };
    expect((await refusing.send('PUT', 'Bundle/b', { body: bundle })).status).toBe(201);
    expect(await refusing.store.check()).toEqual([]);
    await refusing.close();
  });

  const SIGNATURE = {
    type: [{ system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1' }],
    when: '2024-01-01T00:00:00Z',
  };
});
