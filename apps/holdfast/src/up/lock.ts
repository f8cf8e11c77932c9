import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startedAt } from '../process/process-state.js';
import { StartError } from '../start-error.js';

interface Holder {
  pid: number;
  /** Tells a process from a later one with the same number. */
  started: string;
}

/** Held while `holdfast up` runs on a DATA_DIR. */
export interface Lock {
  release(): void;
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** The process that holds the lock of this DATA_DIR now; undefined when there is none, or only a trace of one that was killed. */
export function lockHolder(dataDir: string): number | undefined {
  const holder = readHolder(join(dataDir, 'lock'));
  const holds = holder && isAlive(holder.pid) && startedAt(holder.pid) === holder.started;
  return holds ? holder.pid : undefined;
}

/** A draft is linked into place: the lock appears whole, and never over another's. */
function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's lock away. Should a living one have taken its place in this moment, it is put back. */
function clearStale(dataDir: string, file: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another start was faster; who wins is decided by the link
  }
  const moved = readHolder(aside);
  if (moved && isAlive(moved.pid) && startedAt(moved.pid) === moved.started) tryLink(aside, join(dataDir, 'lock'));
  rmSync(aside);
}

/** Takes the lock, also after one that was killed. Throws StartError naming the process that holds it. */
export function takeLock(dataDir: string): Lock {
  const file = join(dataDir, 'lock');
  const draft = `${file}.${process.pid}`;
  const mine: Holder = { pid: process.pid, started: startedAt(process.pid) };
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    if (lockHolder(dataDir) === undefined) clearStale(dataDir, file);
    if (tryLink(draft, file)) return { release: () => rmSync(file, { force: true }) };
  } finally {
    rmSync(draft);
  }
  const holder = lockHolder(dataDir);
  throw new StartError(
    `Holdfast already runs on ${dataDir}${holder === undefined ? '' : ` (process ${holder})`}. Stop it first, or set DATA_DIR to another folder.`,
  );
}
