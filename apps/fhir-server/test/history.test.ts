// FHIR R4 http.html#history
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asking, type ReplyJson, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const put = (type: string, id: string, more: object = {}) =>
  server.send('PUT', `${type}/${id}`, { body: { resourceType: type, id, ...more } });
const page = async (path: string, as?: Asking) => (await server.send('GET', path, as ? { as } : {})).json();
const names = ({ entry = [] }: ReplyJson) =>
  (entry as { fullUrl: string; response: { etag: string } }[]).map(
    ({ fullUrl, response }) => `${fullUrl.split('/').slice(-2).join('/')} ${response.etag.slice(3, -1)}`,
  );
const next = ({ link }: ReplyJson) => {
  const url = link?.find(({ relation }) => relation === 'next')?.url;
  return url?.slice(url.indexOf('/fhir/') + 6);
};
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function all(path: string, between: () => Promise<unknown> = async () => undefined): Promise<string[]> {
  const found: string[] = [];
  for (let url: string | undefined = path; url !== undefined; ) {
    const one: ReplyJson = await page(url);
    found.push(...names(one));
    url = next(one);
    await between();
  }
  return found;
}

describe('the history of a type and of the system', () => {
  test('has all versions, newest first, deletions included', async () => {
    await put('Group', 'a', { type: 'person', actual: true });
    await put('Group', 'b', { type: 'person', actual: true });
    await put('Group', 'a', { type: 'person', actual: false });
    await put('Location', 'c');
    await server.send('DELETE', 'Group/b');
    expect(await all('Group/_history')).toEqual(['Group/b 2', 'Group/a 2', 'Group/b 1', 'Group/a 1']);
    expect(await all('_history?_count=2')).toEqual([
      'Group/b 2',
      'Location/c 1',
      'Group/a 2',
      'Group/b 1',
      'Group/a 1',
    ]);
    const [deletion] = (await page('Group/_history')).entry as { resource?: object; request: object }[];
    expect([deletion?.resource, deletion?.request]).toEqual([undefined, { method: 'DELETE', url: 'Group/b' }]);
  });

  test('says what each version was answered with: 201 where there was nothing before it, or a deletion', async () => {
    await put('Flag', 'f', FLAG);
    await put('Flag', 'f', FLAG);
    await server.send('DELETE', 'Flag/f');
    await put('Flag', 'f', FLAG);
    await server.send('POST', 'Flag', { body: { resourceType: 'Flag', ...FLAG } });
    const statuses = async (path: string) =>
      ((await page(path)).entry as unknown as { response: { status: string } }[]).map(
        ({ response }) => response.status,
      );
    expect(await statuses('Flag/f/_history')).toEqual(['201', '204', '200', '201']);
    expect(await statuses('Flag/_history')).toEqual(['201', '201', '204', '200', '201']);
    expect(await statuses('Flag/f/_history?_count=1')).toEqual(['201']);
  });

  const FLAG = { status: 'active', code: { text: 'x' }, subject: { reference: 'Group/a' } };

  test('pages show each version once while others write', async () => {
    for (let index = 0; index < 12; index += 1) await put('Device', `p${index}`);
    const before = await all('Device/_history');
    let written = 0;
    const during = await all('Device/_history?_count=3', async () => {
      written += 1;
      await put('Device', `p${written}`, { status: 'active' });
      await put('Device', `new${written}`);
    });
    expect(during).toEqual(before);
    expect(await all('Device/_history')).toHaveLength(12 + 2 * written);
  });

  test('a changed cursor, one of another history or of another requester is refused', async () => {
    const cursor = next(await page('Device/_history?_count=1')) as string;
    expect((await server.send('GET', cursor)).status).toBe(200);
    expect((await server.send('GET', cursor.replace('Device', 'Group'))).status).toBe(400);
    expect((await server.send('GET', `${cursor.slice(0, -2)}AA`)).status).toBe(400);
    const other = { scope: 'system/*.rs', client_id: 'other', purpose_of_use: 'TREAT' };
    expect((await server.send('GET', cursor, { as: other })).status).toBe(400);
    expect((await server.send('GET', 'Device/_history?_sort=x')).status).toBe(400);
    expect((await server.send('GET', 'Device/_history?_count=0')).status).toBe(400);
  });

  test('shows only what scopes and Consents allow, and needs some scope', async () => {
    const scoped = { scope: 'system/Group.rs', purpose_of_use: 'TREAT' };
    expect(names(await page('_history', scoped)).every((name) => name.startsWith('Group/'))).toBe(true);
    expect((await server.send('GET', '_history', { as: { scope: 'openid' } })).status).toBe(403);
    await put('Patient', 'p');
    await put('Patient', 'q');
    await put('Observation', 'o', { status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/p' } });
    const own = { scope: 'patient/*.rs', patient: 'p', fhirUser: 'Patient/p' };
    expect(names(await page('_history', own)).sort()).toEqual(['Observation/o 1', 'Patient/p 1']);
    const stranger = { scope: 'user/*.rs', fhirUser: 'Practitioner/9', organization: 'Organization/other' };
    expect(names(await page('Patient/_history', stranger))).toEqual([]);
  });

  test('leaves an event for every patient shown', async () => {
    const before = (await server.traces()).events;
    await page('Patient/_history');
    expect((await server.traces()).events).toBe(before + 2);
  });
});

describe('_since and _at', () => {
  test('select by the time of recording, at every level', async () => {
    await put('Basic', 't', { code: { text: '1' } });
    await pause(20);
    const middle = new Date().toISOString();
    await pause(20);
    await put('Basic', 't', { code: { text: '2' } });
    for (const path of ['Basic/t/_history', 'Basic/_history']) {
      expect(names(await page(`${path}?_since=${middle}`))).toEqual(['Basic/t 2']);
      expect(names(await page(`${path}?_at=${middle}`))).toEqual(['Basic/t 1']);
      expect(names(await page(`${path}?_at=${middle.slice(0, 4)}`))).toEqual(['Basic/t 2', 'Basic/t 1']);
      expect(names(await page(`${path}?_at=1999`))).toEqual([]);
      expect((await server.send('GET', `${path}?_since=yesterday`)).status).toBe(400);
    }
    expect((await page(`Basic/t/_history?_since=${middle}`)).total).toBe(1);
  });

  test('an instance pages by the number of the version', async () => {
    for (let index = 0; index < 5; index += 1) await put('Basic', 'many', { code: { text: String(index) } });
    const found = await all('Basic/many/_history?_count=2', () => put('Basic', 'many', { code: { text: 'more' } }));
    expect(found).toEqual([5, 4, 3, 2, 1].map((version) => `Basic/many ${version}`));
  });
});
