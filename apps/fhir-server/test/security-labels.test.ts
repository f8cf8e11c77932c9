// FHIR R4 security-labels.html: a label stays until somebody removes it who may
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Asking, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const LABEL = { system: CONFIDENTIALITY, code: 'R', display: 'restricted' };
const OTHER = { system: CONFIDENTIALITY, code: 'V' };
const MAY: Asking = { scope: 'system/*.cruds holdfast/security-labels.d', purpose_of_use: 'TREAT' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const identifier = [{ system: 'urn:x', value: 'l' }];
const basic = (meta?: object) => ({
  resourceType: 'Basic',
  id: 'l',
  ...(meta && { meta }),
  identifier,
  code: { text: 'x' },
});

const put = (meta?: object, as?: Asking) => server.send('PUT', 'Basic/l', { body: basic(meta), ...(as ? { as } : {}) });
const patch = (operation: object, as?: Asking) =>
  server.send('PATCH', 'Basic/l', { body: [operation], headers: JSON_PATCH, ...(as ? { as } : {}) });
const labels = async () => {
  const { meta } = (await server.send('GET', 'Basic/l')).json() as { meta: { security?: object[] } };
  return meta.security;
};
const found = async () => (await server.send('GET', `Basic?_security=${CONFIDENTIALITY}|R`)).json().entry?.length;

beforeEach(async () => {
  await put({ security: [LABEL] }, MAY);
  expect(await labels()).toEqual([LABEL]);
});

describe('an update that says nothing of labels', () => {
  test('keeps them, with and without a meta, and they are still found', async () => {
    for (const meta of [undefined, { tag: [{ system: 'urn:t', code: 'a' }] }]) {
      const updated = await put(meta);
      expect([updated.status, updated.json()]).toMatchObject([200, { meta: { ...meta, security: [LABEL] } }]);
      expect([await labels(), await found()]).toEqual([[LABEL], 1]);
    }
    expect((await put(undefined, MAY)).status).toBe(200);
    expect(await labels()).toEqual([LABEL]);
    expect(await server.store.check()).toEqual([]);
  });

  test('keeps them as a conditional update and in a batch and a transaction', async () => {
    const { id: _, ...body } = basic();
    expect((await server.send('PUT', 'Basic?identifier=urn:x|l', { body })).status).toBe(200);
    for (const type of ['batch', 'transaction']) {
      const entry = [{ resource: basic(), request: { method: 'PUT', url: 'Basic/l' } }];
      const reply = await server.send('POST', '/fhir', { body: { resourceType: 'Bundle', type, entry } });
      expect(reply.status).toBe(200);
      expect(await labels()).toEqual([LABEL]);
    }
  });

  test('keeps those that another one adds at the same time', async () => {
    const parameter = [{ name: 'meta', valueMeta: { security: [OTHER] } }];
    const body = { resourceType: 'Parameters', parameter };
    const updates = Array.from({ length: 10 }, () => put());
    const added = server.send('POST', 'Basic/l/$meta-add', { body });
    const replies = await Promise.all([...updates, added, ...Array.from({ length: 10 }, () => put())]);
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await labels()).toEqual([LABEL, OTHER]);
  });
});

describe('a write that would remove a label', () => {
  const removing = { op: 'remove', path: '/meta/security' };
  const refused = async (write: () => ReturnType<typeof put>) => {
    const before = await server.traces();
    const reply = await write();
    const { versions, events } = await server.traces();
    expect([reply.status, reply.json().issue?.[0]?.code]).toEqual([403, 'forbidden']);
    expect(reply.text).toContain('holdfast/security-labels.d');
    expect(versions).toBe(before.versions);
    expect(events).toBeGreaterThan(before.events);
    expect(await labels()).toEqual([LABEL]);
  };

  test('is 403 and on record, whether it is an update, a conditional one or a patch', async () => {
    await refused(() => put({ security: [OTHER] }));
    const { id: _, ...body } = basic({ security: [OTHER] });
    await refused(() => server.send('PUT', 'Basic?identifier=urn:x|l', { body }));
    await refused(() => patch(removing));
    await refused(() => patch({ op: 'remove', path: '/meta' }));
    await refused(() => patch({ op: 'replace', path: '/meta/security/0/code', value: 'N' }));
  });

  test('fails a transaction as a whole, and an entry of a batch alone', async () => {
    const entry = [
      { resource: { resourceType: 'Basic', code: { text: 'y' } }, request: { method: 'POST', url: 'Basic' } },
      { resource: basic({ security: [OTHER] }), request: { method: 'PUT', url: 'Basic/l' } },
    ];
    const bundle = (type: string) => ({ body: { resourceType: 'Bundle', type, entry } });
    await refused(() => server.send('POST', '/fhir', bundle('transaction')));
    const batch = await server.send('POST', '/fhir', bundle('batch'));
    const entries = batch.json().entry as unknown as { response: { status: string } }[];
    expect(entries.map(({ response }) => response.status.slice(0, 3))).toEqual(['201', '403']);
    expect(await labels()).toEqual([LABEL]);
  });

  test('is done for who has the scope', async () => {
    expect((await patch(removing, MAY)).status).toBe(200);
    expect([await labels(), await found()]).toEqual([undefined, undefined]);
    await put({ security: [LABEL] });
    expect((await put({ security: [OTHER] }, MAY)).status).toBe(200);
    expect(await labels()).toEqual([OTHER]);
  });

  test('is none where it adds labels, puts them in another order or words them differently', async () => {
    expect((await put({ security: [OTHER, { ...LABEL, display: 'other' }] })).status).toBe(200);
    expect((await patch({ op: 'remove', path: '/meta/security/1/display' })).status).toBe(200);
    const { display: _, ...plain } = LABEL;
    expect(await labels()).toEqual([OTHER, plain]);
  });
});
