import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../start-error.js';
import { type Account, canEnter } from './account.js';

/** Where things go that the database's account cannot reach below our own folders. */
export function systemFolder(): string {
  return process.getuid?.() === 0 ? '/var/lib/holdfast' : join(homedir(), '.cache', 'holdfast');
}

const pointerFile = (home: string) => join(home, 'location');

/** Where the cluster of this installation is, or will be: `home`/data, unless a pointer file names another folder. */
export function clusterFolder(home: string): string {
  const pointer = pointerFile(home);
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(home, 'data');
}

/** A pointer to a folder that is gone must never lead to a new, empty database. */
export function refuseLostCluster(home: string): void {
  const folder = clusterFolder(home);
  if (!existsSync(pointerFile(home)) || existsSync(folder)) return;
  throw new StartError(
    `The database of this installation was kept in ${folder}, which is gone. Put it back, or remove ${home} to begin anew.`,
  );
}

/**
 * Decides where a new cluster goes: below `home` when the account can enter it, otherwise into a system folder with a pointer
 * file left in `home`. Says so in one sentence.
 */
export function placeCluster(home: string, account: Account | undefined, say: (line: string) => void): string {
  if (canEnter(home, account)) return join(home, 'data');
  const folder = join(systemFolder(), 'clusters', crypto.randomUUID(), 'data');
  say(`User ${account?.name} cannot enter ${home}, so the database is kept in ${folder}.`);
  mkdirSync(join(folder, '..'), { recursive: true, mode: 0o755 });
  return folder;
}

/** Leaves the pointer behind, once the cluster is complete; and beside the cluster, for people, whose it is. */
export function rememberPlace(home: string, folder: string): void {
  if (folder === join(home, 'data')) return;
  writeFileSync(join(folder, '..', 'belongs-to'), `${home}\n`, { mode: 0o600 });
  writeFileSync(pointerFile(home), `${folder}\n`, { mode: 0o644 });
}
