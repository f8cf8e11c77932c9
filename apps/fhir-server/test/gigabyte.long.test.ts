// FHIR R4 binary.html#rest: 1 GiB in and out, with the memory of the server measured from outside
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { localBlobs } from '#libs/blob';
import { sweepUploads } from '#libs/interactions';
import { fileMasterKey, openStore } from '#libs/store';
import { createDatabase } from '../../../test/database.js';
import { FaultyProgram } from '../../../test/faults/programs.js';
import { readConfig } from '../../holdfast/src/config.js';
import { freePort } from '../../holdfast/src/process/ports.js';
import { issueToken } from '../../holdfast/src/token/issue-token.js';

const MEGABYTE = 1024 * 1024;
const SIZE = 1024 * MEGABYTE;
const MOST_GROWTH = 160 * MEGABYTE;

let folder: string;
let database: Awaited<ReturnType<typeof createDatabase>>;
let program: FaultyProgram;
let base: string;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-gigabyte-'));
  database = await createDatabase();
  const port = await freePort();
  const settings = { DATA_DIR: folder, PORT: String(port) };
  token = await issueToken({ scope: 'system/*.cruds', purpose: 'TREAT', expires: 86_400 }, readConfig(settings));
  base = `http://127.0.0.1:${port}/fhir`;
  program = new FaultyProgram('fhir-server', { ...settings, DATABASE_URL: database.url });
  program.start();
  await program.says('ready');
}, 60_000);
afterAll(async () => {
  await program.kill('SIGTERM');
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Bytes `start` to `end` (not included) of a stream that is the same every time: AES-256-CTR over nothing. */
function* noise(start: number, end: number): Generator<Buffer> {
  const counter = Buffer.alloc(16);
  counter.writeUInt32BE(start >>> 4, 12);
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32, 7), counter);
  cipher.update(Buffer.alloc(start % 16));
  for (let at = start; at < end; at += MEGABYTE) yield cipher.update(Buffer.alloc(Math.min(MEGABYTE, end - at)));
}

function request(method: string, path: string, headers: Record<string, string> = {}): http.ClientRequest {
  return http.request(`${base}/${path}`, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
}

async function answer(asked: http.ClientRequest): Promise<http.IncomingMessage> {
  const [response] = (await once(asked, 'response')) as [http.IncomingMessage];
  return response;
}

async function get(path: string, headers?: Record<string, string>): Promise<http.IncomingMessage> {
  const asked = request('GET', path, headers);
  asked.end();
  return answer(asked);
}

async function upload(size: number): Promise<http.IncomingMessage> {
  const asked = request('POST', 'Binary', { 'content-type': 'application/dicom' });
  asked.on('error', () => undefined);
  const answered = answer(asked);
  // Where the server is gone, sending fails first.
  answered.catch(() => undefined);
  for (const piece of noise(0, size)) if (!asked.write(piece)) await once(asked, 'drain');
  asked.end();
  return answered;
}

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${program.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** By how much the server's memory grew at most while `work` was done, and how long that took. */
async function measured<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = await residentBytes();
  let most = before;
  let isDone = false;
  const watching = (async () => {
    while (!isDone) {
      most = Math.max(most, await residentBytes());
      await sleep(50);
    }
  })();
  const start = performance.now();
  const result = await work();
  isDone = true;
  await watching;
  const seconds = (performance.now() - start) / 1000;
  const megabytes = (bytes: number) => Math.round(bytes / MEGABYTE);
  process.stdout.write(
    `${name}: ${seconds.toFixed(1)} s, ${(SIZE / MEGABYTE / seconds).toFixed(0)} MB/s, ` +
      `server ${megabytes(before)} MB before, ${megabytes(most)} MB at most\n`,
  );
  expect(most - before).toBeLessThan(MOST_GROWTH);
  return result;
}

async function sha256(source: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of source) hash.update(piece);
  return hash.digest('hex');
}

test('a gigabyte goes in and out with little memory, by range and after a break as well', async () => {
  (await upload(64 * MEGABYTE)).resume();
  const stored = await measured('in', () => upload(SIZE));
  expect(stored.statusCode).toBe(201);
  stored.resume();
  const id = stored.headers.location?.split('/').at(-3);
  const expected = await sha256(noise(0, SIZE));

  const out = await measured('out', async () => {
    const response = await get(`Binary/${id}`);
    expect([response.statusCode, response.headers['content-length']]).toEqual([200, String(SIZE)]);
    return sha256(response);
  });
  expect(out).toBe(expected);

  // Places that are the same in every run.
  for (let n = 1; n <= 200; n += 1) {
    const start = (n * 104_729_003) % (SIZE - 300_000);
    const end = start + 1 + ((n * 7919) % 300_000);
    const part = await get(`Binary/${id}`, { range: `bytes=${start}-${end - 1}` });
    expect([part.statusCode, part.headers['content-range']]).toEqual([206, `bytes ${start}-${end - 1}/${SIZE}`]);
    expect(await sha256(part)).toBe(await sha256(noise(start, end)));
  }

  const resumed = createHash('sha256');
  let got = 0;
  const broken = await get(`Binary/${id}`);
  for await (const piece of broken as AsyncIterable<Buffer>) {
    resumed.update(piece);
    got += piece.length;
    if (got > 300 * MEGABYTE) break;
  }
  const rest = await get(`Binary/${id}`, { range: `bytes=${got}-`, 'if-range': String(broken.headers.etag) });
  expect(rest.statusCode).toBe(206);
  for await (const piece of rest as AsyncIterable<Buffer>) resumed.update(piece);
  expect(resumed.digest('hex')).toBe(expected);

  await measured('as JSON', async () => {
    const json = await get(`Binary/${id}`, { accept: 'application/fhir+json' });
    let bytes = 0;
    for await (const piece of json as AsyncIterable<Buffer>) bytes += piece.length;
    expect(String(bytes)).toBe(json.headers['content-length']);
  });
  const verdict = await measured('$verify', async () => {
    const pieces: Buffer[] = [];
    for await (const piece of await get(`Binary/${id}/_history/1/$verify`)) pieces.push(piece as Buffer);
    return Buffer.concat(pieces).toString();
  });
  expect(verdict).toContain('UNANCHORED');

  const tooMuch = request('POST', 'Binary', {
    'content-type': 'application/dicom',
    'content-length': String(SIZE + 1),
  });
  tooMuch.flushHeaders();
  expect((await answer(tooMuch)).statusCode).toBe(413);
  tooMuch.destroy();
}, 600_000);

test('a server that is killed while it takes content in leaves nothing that is not swept away', async () => {
  const blobs = localBlobs(join(folder, 'blobs'));
  const files = async () =>
    (await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
      .length;
  (await upload(4 * MEGABYTE)).resume();
  const before = await files();
  const masterKey = await fileMasterKey(join(folder, 'keys', 'master.key'));
  const store = await openStore({
    url: database.url,
    masterKey,
    migrations: join(import.meta.dirname, '../../../migrations'),
    base,
  });
  for (let kill = 1; kill <= 10; kill += 1) {
    const uploading = upload((8 + kill * 12) * MEGABYTE).catch(() => undefined);
    await sleep(40 * kill);
    await program.kill();
    await uploading;
    await sweepUploads({ store, blobs }, -60);
    const kept = await store.dataSource.query('SELECT count(DISTINCT address) AS n FROM blob');
    expect(await files()).toBe(Number(kept[0].n));
    program.start();
    await program.says('ready');
  }
  process.stdout.write(`10 kills: ${before} files before, ${await files()} after\n`);
  expect(await store.check()).toEqual([]);
  await store.close();
}, 300_000);
