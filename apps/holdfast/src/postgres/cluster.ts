import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StartError } from '../start-error.js';
import { type Account, asAccount } from './account.js';
import type { Binaries } from './binaries.js';
import { clusterFolder, placeCluster, rememberPlace } from './placement.js';

/** The one role of an embedded cluster, and its database. */
export const ROLE = 'holdfast';

const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
const ACCESS = ['--auth=scram-sha-256', `--username=${ROLE}`, '--no-instructions'];

/** The role's password: 32 random bytes in a file only we can read, made once. */
export function clusterPassword(home: string): string {
  const file = join(home, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** Refuses a cluster written by another major version of Postgres: it would not open, or worse. */
export function checkVersion(cluster: string, major: string): void {
  const found = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (found === major) return;
  throw new StartError(
    `The database in ${cluster} was made by Postgres ${found}, and this Holdfast brings Postgres ${major}: start it with the Holdfast that made it, or move the data with pg_dump.`,
  );
}

function runInitdb(binaries: Binaries, account: Account | undefined, args: string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const program = join(binaries.folder, 'bin', 'initdb');
    const child = spawn(program, args, {
      ...asAccount(account),
      cwd,
      env: { LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-2000);
    });
    child.on('error', (error) => reject(new StartError(`initdb could not be started: ${error.message}`)));
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new StartError(`initdb could not make a database in ${cwd}: ${complaint.trim()}`)),
    );
  });
}

/**
 * The cluster of this installation, made at first need. It gets its final name only when initdb is through, so an interrupted
 * first start leaves nothing that looks like a database.
 */
export async function ensureCluster(
  home: string,
  binaries: Binaries,
  account: Account | undefined,
  extraArgs: string[],
  say: (line: string) => void,
): Promise<string> {
  const existing = clusterFolder(home);
  if (existsSync(existing)) {
    checkVersion(existing, binaries.major);
    return existing;
  }
  say('Making a database (once, some seconds) ...');
  const folder = placeCluster(home, account, say);
  const workshop = join(dirname(folder), 'unfinished');
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop, { mode: 0o700 });
  const secret = join(workshop, 'password');
  writeFileSync(secret, clusterPassword(home), { mode: 0o600 });
  if (account) for (const path of [workshop, secret]) chownSync(path, account.uid, account.gid);
  const made = join(workshop, 'data');
  await runInitdb(
    binaries,
    account,
    [`--pgdata=${made}`, `--pwfile=${secret}`, ...LOCALE, ...ACCESS, ...extraArgs],
    workshop,
  );
  renameSync(made, folder);
  rmSync(workshop, { recursive: true });
  rememberPlace(home, folder);
  return folder;
}
