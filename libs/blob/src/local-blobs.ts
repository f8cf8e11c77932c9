import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobStore, type BlobUpload, MissingBlob } from './blob-store.js';

/** Bytes read ahead of who takes them. */
const AHEAD = 256 * 1024;

/**
 * Blobs as files of a folder, for their owner only: `incoming/<upload>` while they arrive, then `<xx>/<address>`. A file is
 * on disk before it is renamed, and its name before it is told of, so there is no half file under an address, whatever fails.
 */
export function localBlobs(folder: string): BlobStore {
  const incoming = join(folder, 'incoming');
  const pathOf = (address: Uint8Array) => {
    const name = Buffer.from(address).toString('hex');
    return { folder: join(folder, name.slice(0, 2)), file: join(folder, name.slice(0, 2), name) };
  };
  return {
    begin: async (upload) => {
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      const path = join(incoming, upload);
      return fileUpload(path, await open(path, 'wx', 0o600), async (address) => {
        const place = pathOf(address);
        await mkdir(place.folder, { recursive: true, mode: 0o700 });
        await rename(path, place.file);
        for (const changed of [place.folder, folder]) await syncFolder(changed);
      });
    },
    read: (address, start, end) => readFile(pathOf(address).file, start, end),
    size: (address) => sizeOf(pathOf(address).file),
    remove: (address) => rm(pathOf(address).file, { force: true }),
    discard: (upload) => rm(join(incoming, upload), { force: true }),
  };
}

function fileUpload(path: string, file: FileHandle, place: (address: Uint8Array) => Promise<void>): BlobUpload {
  let isOpen = true;
  const close = async () => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    write: async (bytes) => {
      for (let from = 0; from < bytes.length; ) from += (await file.write(bytes, from)).bytesWritten;
    },
    publish: async (address) => {
      await file.sync();
      await close();
      await place(address);
    },
    discard: async () => {
      await close();
      await rm(path, { force: true });
    },
  };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function* readFile(file: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file, { start, end, highWaterMark: AHEAD });
  } catch (error) {
    throw isMissing(error) ? new MissingBlob() : error;
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
