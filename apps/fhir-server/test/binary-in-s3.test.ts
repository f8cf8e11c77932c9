// Content outside the database in S3, from outside: what is there is ciphertext, and nothing is left of what fails
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type S3Server, startS3Server } from '../../../libs/blob/test/s3-server.js';
import { startTestServer, type TestServer } from './test-server.js';

const MEGABYTE = 1024 * 1024;

let s3: S3Server;
let server: TestServer;
beforeAll(async () => {
  s3 = await startS3Server();
  server = await startTestServer({
    MAX_BINARY_BYTES: String(12 * MEGABYTE),
    BLOBS_S3_ENDPOINT: s3.endpoint,
    BLOBS_S3_BUCKET: s3.bucket,
    BLOBS_S3_REGION: s3.region,
    BLOBS_S3_ACCESS_KEY_ID: s3.accessKeyId,
    BLOBS_S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    BLOBS_S3_PATH_STYLE: 'true',
  });
});
afterAll(async () => {
  await server.close();
  await s3.close();
});

async function upload(bytes: Uint8Array) {
  return server.send('POST', 'Binary', { body: bytes, headers: { 'content-type': 'application/dicom' } });
}

async function download(id: string, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${await server.token()}`;
  const response = await fetch(`${server.origin}/fhir/Binary/${id}`, { headers: { authorization, ...headers } });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

const idOf = (reply: { headers: Headers }) => reply.headers.get('location')?.split('/').at(-3) as string;

test.each([2 * MEGABYTE, 10 * MEGABYTE])('%d bytes go in and come out, whole and by range', async (size) => {
  const bytes = Buffer.concat([Buffer.alloc(MEGABYTE, 'a name'), randomBytes(size - MEGABYTE)]);
  const reply = await upload(bytes);
  expect(reply.status).toBe(201);
  expect((await download(idOf(reply))).bytes.equals(bytes)).toBe(true);
  const part = await download(idOf(reply), { range: `bytes=${MEGABYTE - 10}-${MEGABYTE + 70_000}` });
  expect(part.bytes.equals(bytes.subarray(MEGABYTE - 10, MEGABYTE + 70_001))).toBe(true);
  expect([...s3.objects.values()].some((object) => object.includes('a name'))).toBe(false);
  expect([...s3.objects.keys()].every((key) => /^[0-9a-f]{2}\/[0-9a-f]{64}$/.test(key))).toBe(true);
});

test('content that is too large leaves neither object nor parts', async () => {
  const before = s3.objects.size;
  const authorization = `Bearer ${await server.token()}`;
  const refused = await fetch(`${server.origin}/fhir/Binary`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/dicom' },
    body: new Blob([randomBytes(12 * MEGABYTE + 1)]).stream(),
    duplex: 'half',
  } as RequestInit);
  expect(refused.status).toBe(413);
  expect([s3.objects.size, s3.uploads.size, await server.store.uploads.abandoned(-60)]).toEqual([before, 0, []]);
});

test('while S3 refuses, large content is 503 and small content is stored', async () => {
  s3.fail.push(403);
  expect((await upload(randomBytes(2 * MEGABYTE))).status).toBe(503);
  s3.fail.length = 0;
  expect((await upload(randomBytes(1000))).status).toBe(201);
  expect(await server.store.uploads.abandoned(-60)).toEqual([]);
});
