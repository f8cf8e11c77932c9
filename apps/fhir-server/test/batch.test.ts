// FHIR R4 http.html#transaction: batches
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { entriesOf, nameOf, patient, post, request, statusesOf } from './bundle-entries.js';
import { type ReplyJson, type SendOptions, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const send = (type: string, entry: object[], options: SendOptions = {}) =>
  server.send('POST', '/fhir', { body: { resourceType: 'Bundle', type, entry }, ...options });

describe('a batch', () => {
  test('does each entry on its own, and tells what became of it', async () => {
    const reply = await send('batch', [
      { request: request('GET', 'Patient/none') },
      post(patient('Batch')),
      post({ ...patient('x'), nonsense: 1 } as { resourceType: string }),
      { request: request('GET', 'Patient?family=batch') },
      { request: request('DELETE', 'Patient?family=never') },
      { resource: { ...patient('Put'), id: 'put' }, request: request('PUT', 'Patient/put') },
      { request: request('GET', 'Patient/put/_history') },
      { request: request('POST', 'Patient') },
      { request: request('HEAD', 'Patient/put') },
    ]);
    expect(statusesOf(reply)).toEqual(['404', '201', '422', '200', '204', '201', '200', '400', '200']);
    expect(entriesOf(reply)[2]?.response.outcome?.issue[0]?.diagnostics).toContain('nonsense');
    expect((entriesOf(reply)[3]?.resource as ReplyJson | undefined)?.entry).toHaveLength(1);
    const head = entriesOf(reply)[8];
    expect([head?.resource, head?.response.etag]).toEqual([undefined, 'W/"1"']);
  });

  test('denies what the requester may not do, entry by entry', async () => {
    const reply = await send(
      'batch',
      [{ request: request('GET', 'Patient/put') }, { request: request('GET', 'Organization') }],
      {
        as: { scope: 'system/Patient.rs', purpose_of_use: 'TREAT' },
      },
    );
    expect(statusesOf(reply)).toEqual(['200', '403']);
  });
});

describe('the entries of a batch', () => {
  const tally = (statuses: string[]) =>
    Object.fromEntries([...Map.groupBy(statuses, (one) => one)].map(([status, all]) => [status, all.length]));
  const familyOf = (resource: Record<string, unknown> = {}) => (resource.name as { family: string }[])[0]?.family;
  const marked = (id: string, marker: string) => ({
    resource: { ...patient(marker), id },
    request: request('PUT', `Patient/${id}`),
  });

  test('are worked on in the order delete, create, update, read, and those about one resource in that of the Bundle', async () => {
    await send('batch', [marked('o1', 'Before')]);
    const updates = Array.from({ length: 40 }, (_, index) => marked(`o${1 + (index % 2)}`, `M${index}`));
    const reads = Array.from({ length: 40 }, (_, index) => ({
      request: request('GET', `Patient/o${1 + (index % 2)}`),
    }));
    const reply = await send('batch', [...reads, ...updates, { request: request('DELETE', 'Patient/o1') }]);
    expect(tally(statusesOf(reply))).toEqual({ 200: 78, 201: 2, 204: 1 });
    const families = entriesOf(reply)
      .slice(0, 40)
      .map(({ resource }) => familyOf(resource));
    expect(new Set(families)).toEqual(new Set(['M38', 'M39']));
    const history = (await server.send('GET', 'Patient/o2/_history')).json().entry ?? [];
    const markers = history.map(({ resource }) => familyOf(resource));
    expect(markers.reverse()).toEqual(Array.from({ length: 20 }, (_, index) => `M${2 * index + 1}`));
  });

  test('leave one event each, also where hundreds are created at once and some are refused', async () => {
    const before = await server.traces();
    const entries = Array.from({ length: 300 }, (_, index) =>
      post({ ...patient(`Many${index}`), ...(index % 10 === 0 ? { nonsense: 1 } : {}) } as { resourceType: string }),
    );
    const reply = await send('batch', entries);
    expect(tally(statusesOf(reply))).toEqual({ 201: 270, 422: 30 });
    expect(statusesOf(reply).map((status) => status === '422')).toEqual(entries.map((_, index) => index % 10 === 0));
    expect(await server.traces()).toEqual({ versions: before.versions + 270, events: before.events + 270 });
    expect(await server.store.check()).toEqual([]);
  });

  test('with conditions make one resource, spelt alike or not, and answer it from then on', async () => {
    const spelt = ['identifier=urn:batch|1', 'identifier=urn%3Abatch%7C1'];
    const resource = (value: string) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:batch', value }] });
    const entries = Array.from({ length: 30 }, (_, index) => ({
      resource: resource('1'),
      request: request('POST', 'Patient', { ifNoneExist: spelt[index % 2] }),
    }));
    const reply = await send('batch', entries);
    expect(tally(statusesOf(reply))).toEqual({ 200: 29, 201: 1 });
    expect(new Set(entriesOf(reply).map(nameOf)).size).toBe(1);
    const updates = Array.from({ length: 30 }, () => ({
      resource: resource('2'),
      request: request('PUT', 'Patient?identifier=urn:batch|2'),
    }));
    expect(statusesOf(await send('batch', updates))).toEqual(['201', ...Array<string>(29).fill('200')]);
  });

  test('may want a part of a resource, or the resource only where it is another one', async () => {
    const part = (url: string, more: object = {}) => ({ request: request('GET', url, more) });
    await send('batch', [marked('part', 'Part')]);
    for (const type of ['batch', 'transaction']) {
      const reply = await send(type, [
        part('Patient/part?_elements=id'),
        part('Patient?_id=part&_summary=count'),
        part('Patient/part', { ifNoneMatch: '*' }),
        part('Patient/part/_history/1', { ifNoneMatch: 'W/"1"' }),
      ]);
      expect(statusesOf(reply)).toEqual(['200', '200', '304', '304']);
      const [chosen, count, ...held] = entriesOf(reply).map(({ resource }) => resource);
      expect([chosen?.name, chosen?.meta]).toEqual([undefined, expect.objectContaining({ tag: [SUBSETTED] })]);
      expect([count?.total, count?.entry, held]).toEqual([1, undefined, [undefined, undefined]]);
    }
    const bad = await send('batch', [part('Patient/part?_summary=some')]);
    expect(statusesOf(bad)).toEqual(['400']);
  });

  const SUBSETTED = {
    system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
    code: 'SUBSETTED',
  };
});
