import { mkdir, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PlannedFile } from './msp-folder.js';

/**
 * Makes `folder` with all the files or not at all: writes beside it, flushes, then renames. What an earlier, crashed
 * attempt left beside it is removed. `folder` may exist if it is empty; anything in it makes the rename fail, and
 * nothing is overwritten. One process at a time.
 */
export async function writeWhole(folder: string, files: readonly PlannedFile[]): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await removeLeftovers(folder);
  const making = await mkdtemp(join(parent, prefix(folder)));
  await Promise.all(files.map((file) => writePlanned(making, file)));
  await rename(making, folder);
  await flush(parent);
}

async function writePlanned(folder: string, file: PlannedFile): Promise<void> {
  const path = join(folder, file.path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, file.content, { mode: file.secret ? 0o600 : 0o644, flag: 'wx', flush: true });
}

async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(dirname(folder));
  const leftovers = names.filter((name) => name.startsWith(prefix(folder)));
  for (const name of leftovers) await rm(join(dirname(folder), name), { recursive: true });
}

function prefix(folder: string): string {
  return `.${basename(folder)}.making-`;
}

/** Replaces one file as a whole. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const making = `${path}.making`;
  await writeFile(making, content, { mode: 0o644, flush: true });
  await rename(making, path);
}

/** A rename is durable once its folder is; not every platform lets a folder be opened. */
async function flush(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
