// Content in chunks: what goes in comes out, by range as well, and nothing else ever does
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type BlobStore,
  BrokenBlob,
  EmptyContent,
  localBlobs,
  MissingBlob,
  readContent,
  type StoredBlob,
  s3Blobs,
  sealedSize,
  TooLarge,
  takeIn,
} from '#libs/blob';
import { type S3Server, startS3Server } from './s3-server.js';

const CHUNK = 64 * 1024;
const MEGABYTE = 1024 * 1024;

/** What a name server and a proxy do for buckets in the name of the host. */
const to = (endpoint: string): typeof fetch => {
  return (url, init) => {
    const { pathname, search, host } = url as URL;
    const headers = new Headers(init?.headers);
    headers.set('x-forwarded-host', host);
    return fetch(`${endpoint}${pathname}${search}`, { ...init, headers });
  };
};

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function stored(store: BlobStore, bytes: Uint8Array, piece = 50_000): Promise<StoredBlob> {
  const upload = await store.begin(randomUUID());
  const blob = await takeIn(inPieces(bytes, piece), upload, bytes.length);
  await upload.publish(blob.address);
  return blob;
}

async function all(store: BlobStore, blob: StoredBlob, start?: number, end?: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readContent(store, blob, start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}

let folder: string;
let path: S3Server;
let host: S3Server;
const stores: Record<string, BlobStore> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-blobs-'));
  [path, host] = await Promise.all([startS3Server(), startS3Server(false)]);
  stores['a folder'] = localBlobs(folder);
  stores['S3, bucket in the path'] = s3Blobs({ ...path, pathStyle: true, prefix: 'site-a/blobs' });
  stores['S3, bucket in the host'] = s3Blobs(
    { ...host, endpoint: 'http://s3.test', pathStyle: false },
    to(host.endpoint),
  );
});
afterAll(async () => {
  await Promise.all([path.close(), host.close()]);
  await rm(folder, { recursive: true, force: true });
});

describe.each(['a folder', 'S3, bucket in the path', 'S3, bucket in the host'])('%s', (name) => {
  test.each([1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 9 * MEGABYTE + 1])('gives back %d bytes', async (size) => {
    const store = stores[name] as BlobStore;
    const bytes = randomBytes(size);
    const blob = await stored(store, bytes);
    expect((await all(store, blob)).equals(bytes)).toBe(true);
    expect([blob.size, await store.size(blob.address)]).toEqual([size, sealedSize(size)]);
    expect(blob.sha256.equals(createHash('sha256').update(bytes).digest())).toBe(true);
  });

  test('gives any range', async () => {
    const store = stores[name] as BlobStore;
    const bytes = randomBytes(3 * CHUNK + 100);
    const blob = await stored(store, bytes);
    const range = fc.tuple(fc.nat(bytes.length - 1), fc.nat(bytes.length - 1));
    await fc.assert(
      fc.asyncProperty(range, async (pair) => {
        const [start, end] = [Math.min(...pair), Math.max(...pair)];
        expect((await all(store, blob, start, end)).equals(bytes.subarray(start, end + 1))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test('says what is missing, and removing it twice is no fault', async () => {
    const store = stores[name] as BlobStore;
    const blob = await stored(store, randomBytes(10));
    await store.remove(blob.address);
    await store.remove(blob.address);
    expect(await store.size(blob.address)).toBeUndefined();
    await expect(all(store, blob)).rejects.toThrow(MissingBlob);
  });

  test('leaves nothing of what is thrown away, whoever began it', async () => {
    const store = stores[name] as BlobStore;
    const before = await kept();
    for (const discard of ['by itself', 'by name']) {
      const id = randomUUID();
      const upload = await store.begin(id);
      await takeIn(inPieces(randomBytes(10 * MEGABYTE), MEGABYTE), upload, 11 * MEGABYTE);
      await (discard === 'by itself' ? upload.discard() : store.discard(id));
    }
    expect(await kept()).toEqual(before);
  });
});

/** Everything that is there, in all three. */
async function kept() {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return [files.length, ...[path, host].flatMap(({ objects, uploads }) => [objects.size, uploads.size])];
}

describe('what is kept in a folder', () => {
  const store = () => stores['a folder'] as BlobStore;
  const fileOf = ({ address }: StoredBlob) =>
    join(folder, address.toString('hex').slice(0, 2), address.toString('hex'));

  test('is for its owner only, named by its own hash, and tells nothing of the content', async () => {
    const bytes = Buffer.alloc(2 * CHUNK, 'a patient');
    const one = await stored(store(), bytes);
    const other = await stored(store(), bytes);
    expect(one.address.equals(other.address)).toBe(false);
    const file = await readFile(fileOf(one));
    expect(createHash('sha256').update(file).digest('hex')).toBe(one.address.toString('hex'));
    expect(file.includes('patient')).toBe(false);
    expect((await stat(fileOf(one))).mode & 0o077).toBe(0);
  });

  test('cannot be seen before it is published', async () => {
    const upload = await store().begin(randomUUID());
    const blob = await takeIn(inPieces(randomBytes(CHUNK), 1000), upload, CHUNK);
    expect(await store().size(blob.address)).toBeUndefined();
    await upload.publish(blob.address);
    expect(await store().size(blob.address)).toBe(sealedSize(CHUNK));
  });

  test('does not open once a bit is flipped: what comes before it is right, of its chunk comes nothing', async () => {
    const bytes = randomBytes(3 * CHUNK + 500);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealedSize(bytes.length) - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const blob = await stored(store(), bytes);
        await flip(fileOf(blob), at, bit);
        const pieces: Buffer[] = [];
        const reading = (async () => {
          for await (const piece of readContent(store(), blob)) pieces.push(piece);
        })();
        await expect(reading).rejects.toThrow(BrokenBlob);
        const given = Buffer.concat(pieces);
        expect(given.length).toBe(Math.floor(at / (CHUNK + 16)) * CHUNK);
        expect(given.equals(bytes.subarray(0, given.length))).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  test.each([
    ['at the end of a chunk', 2 * (CHUNK + 16)],
    ['in the middle of one', CHUNK + 900],
  ])('does not open once it is cut %s', async (_, length) => {
    const blob = await stored(store(), randomBytes(3 * CHUNK));
    await truncate(fileOf(blob), length);
    await expect(all(store(), blob)).rejects.toThrow(BrokenBlob);
  });

  test('does not open when chunks change places, or come from other content under the same key', async () => {
    const blob = await stored(store(), randomBytes(3 * CHUNK));
    const file = await open(fileOf(blob), 'r+');
    const chunks = await file.readFile();
    await file.write(chunks.subarray(CHUNK + 16, 2 * (CHUNK + 16)), 0, CHUNK + 16, 0);
    await file.close();
    await expect(all(store(), blob)).rejects.toThrow(BrokenBlob);
  });
});

async function flip(path: string, at: number, bit: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ (1 << bit);
  await file.write(byte, 0, 1, at);
  await file.close();
}

describe('taking in', () => {
  const nowhere = { write: async () => undefined };

  test('stops at the limit, however it arrives', async () => {
    await expect(takeIn(inPieces(randomBytes(100_001), 10), nowhere, 100_000)).rejects.toThrow(TooLarge);
    await expect(takeIn(inPieces(randomBytes(100_000), 10), nowhere, 100_000)).resolves.toMatchObject({
      size: 100_000,
    });
  });

  test('refuses what has no bytes', async () => {
    await expect(takeIn(inPieces(Buffer.alloc(0), 1), nowhere, 10)).rejects.toThrow(EmptyContent);
  });
});

describe('S3', () => {
  test('is asked again when it is busy, and not when it refuses', async () => {
    path.fail.push(503, 500);
    const blob = await stored(stores['S3, bucket in the path'] as BlobStore, randomBytes(10));
    expect(
      path.objects.has(`site-a/blobs/${blob.address.toString('hex').slice(0, 2)}/${blob.address.toString('hex')}`),
    ).toBe(true);
    const foreign = s3Blobs({ ...path, pathStyle: true, secretAccessKey: 'another' });
    const before = path.requests.length;
    await expect(stored(foreign, randomBytes(10))).rejects.toThrow('answers 403 (SignatureDoesNotMatch)');
    expect(path.requests.length).toBe(before);
  });

  test('gets large content in parts, and it is under its address only when it is whole', async () => {
    const store = stores['S3, bucket in the host'] as BlobStore;
    const upload = await store.begin(randomUUID());
    const bytes = randomBytes(17 * MEGABYTE);
    const blob = await takeIn(inPieces(bytes, MEGABYTE), upload, bytes.length);
    expect([host.uploads.size, await store.size(blob.address)]).toEqual([1, undefined]);
    await upload.publish(blob.address);
    expect([host.uploads.size, [...host.objects.keys()].filter((key) => key.startsWith('incoming'))]).toEqual([0, []]);
    expect((await all(store, blob)).equals(bytes)).toBe(true);
  });
});
