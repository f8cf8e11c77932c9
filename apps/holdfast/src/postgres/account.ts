import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { StartError } from '../start-error.js';

/** The operating system user that Postgres runs as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

const PREFERRED = ['postgres', 'nobody'];

/** The accounts of a text in the form of /etc/passwd. */
export function parseAccounts(passwd: string): Account[] {
  return passwd
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name, , uid, gid]) => ({ name: name ?? '', uid: Number(uid), gid: Number(gid) }));
}

/**
 * The account Postgres needs instead of ours: undefined unless we are root, whom Postgres refuses. A cluster that exists keeps
 * its owner. Throws StartError when the machine has no unprivileged account.
 */
export function postgresAccount(cluster: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = parseAccounts(readFileSync('/etc/passwd', 'utf8')).filter((account) => account.uid > 0);
  const owner = existsSync(cluster) ? statSync(cluster).uid : 0;
  const found =
    accounts.find((account) => account.uid === owner) ??
    PREFERRED.map((name) => accounts.find((account) => account.name === name)).find((account) => account);
  if (found) return found;
  throw new StartError(
    'Postgres does not run as root, and this machine has no user named postgres or nobody: start Holdfast as another user, or set DATABASE_URL.',
  );
}

/** Can the account enter this folder? Tried, not computed: modes, access lists and mounts all have a say. */
export function canEnter(folder: string, account: Account | undefined): boolean {
  if (!account) return true;
  const { uid, gid } = account;
  return spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Does this program start for the account? */
export function canRun(program: string, account: Account | undefined): boolean {
  return spawnSync(program, ['-V'], { ...asAccount(account), cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Options for spawn that change to the account. */
export function asAccount(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}
