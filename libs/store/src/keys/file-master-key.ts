import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { MASTER_KEY_BYTES, type MasterKey, masterKey } from './master-key.js';

/**
 * The master key in a file of its own, 32 raw bytes, mode 0600. Made, and on disk, before this resolves when there is none.
 * Its folder must exist. Losing the file is losing every record: nothing else holds the key.
 * @throws Error in plain words when others may read the file or it holds no key.
 */
export async function fileMasterKey(path: string): Promise<MasterKey> {
  return (await made(path)) ?? (await kept(path));
}

async function made(path: string): Promise<MasterKey | undefined> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  return closing(file, async () => {
    const bytes = randomBytes(MASTER_KEY_BYTES);
    await file.writeFile(bytes);
    await file.sync();
    return masterKey(bytes);
  });
}

async function kept(path: string): Promise<MasterKey> {
  const file = await open(path, 'r');
  return closing(file, async () => {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) throw new Error(`The master key ${path} may be read by others: its mode must be 0600`);
    const bytes = await file.readFile();
    if (bytes.length !== MASTER_KEY_BYTES)
      throw new Error(`${path} is no master key: it has not ${MASTER_KEY_BYTES} bytes`);
    return masterKey(bytes);
  });
}

async function closing<T>(file: FileHandle, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } finally {
    await file.close();
  }
}
