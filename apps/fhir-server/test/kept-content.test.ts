// Content outside the database: altered, erased, gone, or left behind by a crash
import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localBlobs } from '#libs/blob';
import { sweepUploads } from '#libs/interactions';
import { blobFindings } from '../../holdfast/src/commands/blob-findings.js';
import { flip, largeContent, MEGABYTE } from './large-content.js';
import { startTestServer, type TestServer } from './test-server.js';

const CHUNK = 64 * 1024;

let server: TestServer;
let content: ReturnType<typeof largeContent>;
beforeAll(async () => {
  server = await startTestServer({ MAX_BINARY_BYTES: String(8 * MEGABYTE) });
  content = largeContent(server);
});
afterAll(() => server.close());

describe('content that was altered where it is kept', () => {
  const bytes = randomBytes(4 * MEGABYTE);
  const verdict = async (id: string) => {
    const { parameter } = (await server.send('GET', `Binary/${id}/_history/1/$verify`)).json();
    return (parameter as { valueCode?: string }[])[0]?.valueCode;
  };
  async function kept(): Promise<{ id: string; file: string }> {
    const before = (await content.files()).kept;
    const id = await content.stored(bytes);
    return { id, file: await content.newFile(before) };
  }

  test('in its first chunk is refused', async () => {
    const { id, file } = await kept();
    expect(await verdict(id)).toBe('UNANCHORED');
    await flip(file, 100);
    const reply = await content.download(`Binary/${id}`);
    expect([reply.status, reply.bytes.includes(bytes.subarray(0, 64))]).toEqual([500, false]);
    expect(await verdict(id)).toBe('ALTERED');
  });

  test('further on: what comes before is right, and the answer breaks off before the chunk', async () => {
    const { id, file } = await kept();
    await flip(file, 40 * (CHUNK + 16) + 5);
    const authorization = `Bearer ${await server.token()}`;
    const response = await fetch(`${server.origin}/fhir/Binary/${id}`, { headers: { authorization } });
    const got: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of response.body ?? []) got.push(piece as Uint8Array);
    })();
    await expect(reading).rejects.toThrow();
    const out = Buffer.concat(got);
    expect(out.length).toBeLessThanOrEqual(40 * CHUNK);
    expect(out.equals(bytes.subarray(0, out.length))).toBe(true);
    expect((await content.download(`Binary/${id}`, { range: 'bytes=0-9' })).status).toBe(206);
    expect((await content.download(`Binary/${id}`, { range: `bytes=${40 * CHUNK}-${40 * CHUNK}` })).status).toBe(500);
    expect(await verdict(id)).toBe('ALTERED');
  });

  test('or is gone', async () => {
    const { id, file } = await kept();
    await rm(file);
    expect((await content.download(`Binary/${id}`)).status).toBe(500);
    expect(await verdict(id)).toBe('DELETED');
  });
});

test("destroying a patient's key destroys the content with it", async () => {
  const before = (await content.files()).kept;
  const headers = { 'x-security-context': 'Patient/erased' };
  const id = await content.stored(randomBytes(2 * MEGABYTE), headers);
  await content.newFile(before);
  await server.store.dataSource.query("UPDATE patient_key SET wrapped = NULL WHERE id = 'erased'");
  expect((await content.download(`Binary/${id}`)).status).toBe(410);
  expect((await content.download(`Binary/${id}/_history/1`, { range: 'bytes=0-1' })).status).toBe(410);
});

test('doctor tells content that is there from content that was altered or is gone, without a key', async () => {
  const config = { variables: {}, dataDir: server.dataDir } as Parameters<typeof blobFindings>[1];
  const before = new Set((await blobFindings(server.store, config)).map(({ sentence }) => sentence));
  const known = (await content.files()).kept;
  await content.stored(randomBytes(2 * MEGABYTE));
  const one = await content.newFile(known);
  await content.stored(randomBytes(2 * MEGABYTE));
  const other = await content.newFile([...known, one]);
  await flip(one, 1_000_000);
  await rm(other);
  const found = await blobFindings(server.store, config);
  const added = found.filter(({ sentence }) => !before.has(sentence));
  expect(added.every(({ good }) => !good)).toBe(true);
  expect(new Set(added.map(({ sentence }) => sentence))).toEqual(
    new Set([`The content ${basename(one)} was altered.`, `The content ${basename(other)} is not there.`]),
  );
});

describe('a crash', () => {
  const blobs = () => localBlobs(join(server.dataDir, 'blobs'));

  test.each(['while content arrives', 'before its version is written'])(
    '%s: what is left is swept away',
    async (when) => {
      const before = await content.files();
      const { uploads } = server.store;
      const upload = await uploads.begin();
      const sink = await blobs().begin(upload);
      const address = createHash('sha256').update('x').digest();
      await sink.write(Buffer.from('x'));
      if (when !== 'while content arrives') {
        await uploads.place(upload, address);
        await sink.publish(address);
      }
      expect(await content.files()).not.toEqual(before);
      expect(await sweepUploads({ store: server.store, blobs: blobs() })).toBe(0);
      expect(await sweepUploads({ store: server.store, blobs: blobs() }, -60)).toBe(1);
      expect(await content.files()).toEqual(before);
      expect(await sweepUploads({ store: server.store, blobs: blobs() }, -60)).toBe(0);
    },
  );
});
