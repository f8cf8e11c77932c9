// FHIR R4 binary.html#rest: content that is too large for a row, from outside
import { createHash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { idOf, largeContent, MEGABYTE, until } from './large-content.js';
import { type Asking, startTestServer, type TestServer } from './test-server.js';

const CHUNK = 64 * 1024;

let server: TestServer;
let content: ReturnType<typeof largeContent>;
beforeAll(async () => {
  server = await startTestServer({ MAX_BINARY_BYTES: String(8 * MEGABYTE) });
  content = largeContent(server);
});
afterAll(() => server.close());

describe('content', () => {
  const bytes = randomBytes(5 * MEGABYTE + 17);
  let id: string;
  beforeAll(async () => {
    id = await content.stored(bytes, { 'x-security-context': 'Patient/p' });
  });

  test('comes out byte for byte, with a strong tag, its length and nothing a browser could run', async () => {
    const { status, headers, bytes: out } = await content.download(`Binary/${id}`, { accept: '*/*' });
    expect([status, headers.get('content-type'), headers.get('etag')]).toEqual([200, 'application/dicom', '"1"']);
    expect([headers.get('content-length'), headers.get('accept-ranges')]).toEqual([String(bytes.length), 'bytes']);
    expect([headers.get('x-content-type-options'), headers.get('content-disposition')]).toEqual([
      'nosniff',
      'attachment',
    ]);
    expect(headers.get('x-security-context')).toBe('Patient/p');
    expect(out.equals(bytes)).toBe(true);
  });

  test.each([
    ['bytes=0-0', 0, 1],
    [`bytes=${CHUNK - 1}-${CHUNK}`, CHUNK - 1, CHUNK + 1],
    ['bytes=4000000-4000999', 4_000_000, 4_001_000],
    ['bytes=-17', bytes.length - 17, bytes.length],
    [`bytes=${5 * MEGABYTE}-`, 5 * MEGABYTE, bytes.length],
  ])('gives %s', async (range, start, end) => {
    const part = await content.download(`Binary/${id}`, { range, 'if-range': '"1"' });
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes ${start}-${end - 1}/${bytes.length}`,
    ]);
    expect(part.bytes.equals(bytes.subarray(start, end))).toBe(true);
  });

  test('has no bytes behind its end, and all of them for who holds another version', async () => {
    const beyond = await content.download(`Binary/${id}`, { range: `bytes=${bytes.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    expect((await content.download(`Binary/${id}`, { range: 'bytes=0-1', 'if-range': '"2"' })).status).toBe(200);
    expect((await content.download(`Binary/${id}`, { 'if-none-match': '"1"' })).status).toBe(304);
  });

  test('is told of by HEAD without being read', async () => {
    const head = await content.download(`Binary/${id}`, {}, undefined, 'HEAD');
    expect([head.status, head.headers.get('content-length'), head.bytes.length]).toEqual([
      200,
      String(bytes.length),
      0,
    ]);
  });

  test.each([
    ['json', (text: string) => JSON.parse(text).data as string],
    ['json&_pretty=true', (text: string) => JSON.parse(text).data as string],
    ['xml', (text: string) => /<data value="([^"]*)"/.exec(text)?.[1] as string],
  ])('stands in the resource as base64 (_format=%s)', async (format, dataIn) => {
    const reply = await content.download(`Binary/${id}?_format=${format}`);
    expect([reply.status, reply.headers.get('content-length')]).toEqual([200, String(reply.bytes.length)]);
    expect(Buffer.from(dataIn(reply.bytes.toString()), 'base64').equals(bytes)).toBe(true);
  });

  test('is left out where the resource is one of several, or a summary, and named by its hash', async () => {
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const history = await content.download(`Binary/${id}/_history?_format=json`);
    expect(history.bytes.length).toBeLessThan(2000);
    expect(JSON.parse(history.bytes.toString()).entry[0].resource._data.extension).toEqual([
      { url: 'https://holdfast.dev/fhir/StructureDefinition/content-sha256', valueBase64Binary: sha256 },
      { url: 'https://holdfast.dev/fhir/StructureDefinition/content-size', valueDecimal: bytes.length },
    ]);
    expect((await content.download(`Binary/${id}?_format=json&_elements=contentType`)).bytes.length).toBeLessThan(500);
  });

  test('is in no file and no row in the clear', async () => {
    const own = Buffer.alloc(2 * MEGABYTE, 'a name that nobody may read ');
    const before = (await content.files()).kept;
    await content.stored(own);
    const file = await open(await content.newFile(before));
    expect((await file.readFile()).includes('nobody may read')).toBe(false);
    await file.close();
  });
});

test('content that is compressed on its way is stored as it was before', async () => {
  const bytes = Buffer.concat([randomBytes(3 * MEGABYTE), Buffer.alloc(MEGABYTE)]);
  const reply = await content.upload(gzipSync(bytes), { 'content-encoding': 'gzip' });
  expect(reply.status).toBe(201);
  expect((await content.download(`Binary/${idOf(reply)}`)).bytes.equals(bytes)).toBe(true);
  const bomb = gzipSync(Buffer.alloc(16 * MEGABYTE));
  expect((await content.upload(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
  const broken = gzipSync(bytes).subarray(0, 2 * MEGABYTE);
  expect((await content.upload(broken, { 'content-encoding': 'gzip' })).status).toBe(400);
  expect((await content.files()).incoming).toEqual([]);
});

test('many uploads at once are taken in as far as memory goes, and the others are told to come back', async () => {
  const bytes = randomBytes(1.1 * MEGABYTE);
  const before = (await content.files()).kept.length;
  const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await content.upload(bytes)).status));
  const taken = statuses.filter((status) => status === 201).length;
  expect(statuses.every((status) => status === 201 || status === 503)).toBe(true);
  expect(taken).toBeGreaterThanOrEqual(32);
  expect((await content.files()).kept.length).toBe(before + taken);
  expect((await content.upload(bytes)).status).toBe(201);
});

describe('versions', () => {
  test('keep their own content; a deletion has none, and what was before it is still there', async () => {
    const one = randomBytes(2 * MEGABYTE);
    const two = randomBytes(3 * MEGABYTE);
    const id = await content.stored(one);
    expect((await content.upload(two, { 'if-match': 'W/"1"' }, `Binary/${id}`)).status).toBe(200);
    expect((await content.download(`Binary/${id}`)).bytes.equals(two)).toBe(true);
    expect((await content.download(`Binary/${id}/_history/1`)).bytes.equals(one)).toBe(true);
    expect((await server.send('DELETE', `Binary/${id}`)).status).toBe(204);
    expect((await content.download(`Binary/${id}`)).status).toBe(410);
    expect((await content.download(`Binary/${id}/_history/2`)).bytes.equals(two)).toBe(true);
    expect(await server.store.check()).toEqual([]);
  });

  test('that change something else go on with the content, and none can claim what it has not', async () => {
    const bytes = randomBytes(2 * MEGABYTE);
    const id = await content.stored(bytes);
    const before = (await content.files()).kept.length;
    const patch = [{ op: 'replace', path: '/contentType', value: 'image/tiff' }];
    const headers = { 'content-type': 'application/json-patch+json' };
    expect((await server.send('PATCH', `Binary/${id}`, { body: patch, headers })).status).toBe(200);
    const now = await content.download(`Binary/${id}`);
    expect([now.headers.get('content-type'), now.headers.get('etag')]).toEqual(['image/tiff', '"2"']);
    expect(now.bytes.equals(bytes)).toBe(true);
    expect((await content.files()).kept.length).toBe(before);

    const resource = (await content.download(`Binary/${id}/_history?_format=json`)).bytes;
    const { meta: _, ...own } = JSON.parse(resource.toString()).entry[0].resource;
    expect((await server.send('PUT', `Binary/${id}`, { body: own })).status).toBe(200);
    const { id: __, ...foreign } = own;
    expect((await server.send('POST', 'Binary', { body: foreign })).status).toBe(422);
    expect((await server.send('PUT', 'Binary/other', { body: { ...foreign, id: 'other' } })).status).toBe(422);
    expect((await server.send('POST', 'Binary', { body: { ...foreign, data: 'aGk=' } })).status).toBe(422);
    expect(await server.store.check()).toEqual([]);
  });
});

describe('content that cannot be stored leaves nothing behind:', () => {
  const unchanged = async (body: () => Promise<void>) => {
    const before = { files: await content.files(), traces: (await server.traces()).versions };
    await body();
    await until(async () => (await content.files()).incoming.length === 0);
    expect({ files: await content.files(), traces: (await server.traces()).versions }).toEqual(before);
    expect(await server.store.uploads.abandoned(-60)).toEqual([]);
  };

  test('too much of it, whether it says so or not', () =>
    unchanged(async () => {
      const large = randomBytes(8 * MEGABYTE + 1);
      const authorization = `Bearer ${await server.token()}`;
      const headers = { authorization, 'content-type': 'image/tiff' };
      const announced = await fetch(`${server.origin}/fhir/Binary`, { method: 'POST', headers, body: large });
      const { issue } = (await announced.json()) as { issue: { code: string }[] };
      expect([announced.status, issue[0]?.code]).toEqual([413, 'too-long']);
      expect((await content.upload(large)).status).toBe(413);
    }));

  test('the client goes away in the middle of it', () =>
    unchanged(async () => {
      const { port } = new URL(server.origin);
      const socket = connect(Number(port), 'localhost');
      const head = `POST /fhir/Binary HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${await server.token()}\r\n`;
      socket.write(`${head}Content-Type: image/tiff\r\nContent-Length: ${6 * MEGABYTE}\r\n\r\n`);
      socket.write(randomBytes(4 * MEGABYTE));
      await until(async () => (await content.files()).incoming.length === 1);
      socket.destroy();
    }));

  test('the version is not the one that was expected', () =>
    unchanged(async () => {
      const refused = await content.upload(randomBytes(2 * MEGABYTE), { 'if-match': 'W/"7"' }, 'Binary/never-there');
      expect(refused.status).toBe(412);
    }));

  test('it is there already, by a condition', async () => {
    const body = { resourceType: 'Binary', contentType: 'text/plain', meta: { tag: [{ code: 'only-one' }] } };
    await server.send('POST', 'Binary', { body });
    await unchanged(async () => {
      const again = await content.upload(randomBytes(2 * MEGABYTE), { 'if-none-exist': '_tag=only-one' });
      expect(again.status).toBe(200);
    });
  });

  test('a Provenance that comes with it and is none', () =>
    unchanged(async () => {
      const provenance = JSON.stringify({ resourceType: 'Provenance' });
      expect((await content.upload(randomBytes(2 * MEGABYTE), { 'x-provenance': provenance })).status).toBe(422);
    }));
});

test('content and its Provenance are stored together', async () => {
  const provenance = JSON.stringify({
    resourceType: 'Provenance',
    recorded: '2026-01-01T00:00:00Z',
    agent: [{ who: { display: 'scanner' } }],
  });
  const bytes = randomBytes(2 * MEGABYTE);
  const id = await content.stored(bytes, { 'x-provenance': provenance });
  expect((await content.download(`Binary/${id}`)).bytes.equals(bytes)).toBe(true);
  expect((await server.send('GET', `Provenance?target=Binary/${id}`)).json().entry?.length).toBe(1);
});

describe('who may not write', () => {
  const stranger: Asking = {
    scope: 'user/*.cruds',
    fhirUser: 'Practitioner/9',
    organization: 'Organization/other',
    purpose_of_use: 'TREAT',
  };

  /** Sends the head of a request and nothing of its 5 MB; what is answered nevertheless. */
  async function answerBeforeBody(as: Asking, method: string, path: string, extra = ''): Promise<string> {
    const { port } = new URL(server.origin);
    const socket = connect(Number(port), 'localhost');
    const head = `${method} /fhir/${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${await server.token(as)}\r\n`;
    socket.write(`${head}${extra}Content-Type: image/tiff\r\nContent-Length: ${5 * MEGABYTE}\r\n\r\n`);
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.destroy();
    return answer.split('\r\n')[0] as string;
  }

  test('is refused before a byte of the content is read, and that is on record', async () => {
    const id = await content.stored(randomBytes(2 * MEGABYTE), { 'x-security-context': 'Patient/q' });
    const before = await server.traces();
    expect(await answerBeforeBody({ ...stranger, scope: 'user/*.rs' }, 'POST', 'Binary')).toContain(' 403 ');
    expect(await answerBeforeBody(stranger, 'POST', 'Binary', 'X-Security-Context: Patient/q\r\n')).toContain(' 403 ');
    expect(await answerBeforeBody(stranger, 'PUT', `Binary/${id}`)).toContain(' 405 ');
    expect(await answerBeforeBody({ scope: 'system/*.cruds' }, 'PUT', `Binary/${id}`, 'If-Match: W/"4"\r\n')).toContain(
      ' 412 ',
    );
    expect(await server.traces()).toEqual({ versions: before.versions, events: before.events + 4 });
    expect((await content.files()).incoming).toEqual([]);
  });

  test('sees nothing of it either, of no range', async () => {
    const id = await content.stored(randomBytes(2 * MEGABYTE), { 'x-security-context': 'Patient/q' });
    const hidden = await content.download(`Binary/${id}`, { range: 'bytes=0-1' }, stranger);
    const absent = await content.download('Binary/absent', { range: 'bytes=0-1' }, stranger);
    expect([hidden.status, hidden.bytes.toString()]).toEqual([404, absent.bytes.toString()]);
  });
});
