import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../process/ports.js';
import { goneWithin } from '../process/process-state.js';
import { StartError } from '../start-error.js';
import { type Account, asAccount, postgresAccount } from './account.js';
import { connectionUrl, socketFolder } from './address.js';
import { type Binaries, findBinaries } from './binaries.js';
import { clearLeftOver } from './clear-left-over.js';
import { clusterPassword, ensureCluster, ROLE } from './cluster.js';
import { clusterFolder, refuseLostCluster, systemFolder } from './placement.js';
import { type Settings, settingArguments, settings } from './settings.js';
import { stopPostgres } from './stop-postgres.js';

export interface PostgresOptions {
  /** Folder of ours for password, cluster and pointer (DATA_DIR/postgres); made when missing. */
  home: string;
  /** File that gets what Postgres says. */
  log: string;
  /** Called with progress, one plain sentence each. */
  say: (line: string) => void;
  /** The port to listen on; some free one when not given. */
  port?: number;
  /** Ends a start that is under way; it then rejects with a StartError and leaves no process. */
  abort?: AbortSignal;
  /** Settings that differ from ours. */
  settings?: Settings;
  /** More arguments for initdb. */
  initdb?: string[];
}

export interface RunningPostgres {
  /** Connection URL with password, database `holdfast`: by a socket in the file system where there is one. */
  url: string;
  port: number;
  pid: number;
  /** Settles when the process ends, wanted or not. */
  ended: Promise<void>;
  /** Fast shutdown, immediate shutdown or kill: gone when this settles, within the given time (default 9 s). */
  stop(milliseconds?: number): Promise<void>;
}

function launch(
  binaries: Binaries,
  cluster: string,
  account: Account | undefined,
  values: Settings,
  log: string,
): ChildProcess {
  const output = openSync(log, 'a', 0o600);
  try {
    const args = ['-D', cluster, ...settingArguments(values)];
    return spawn(join(binaries.folder, 'bin', 'postgres'), args, {
      ...asAccount(account),
      cwd: '/',
      detached: true, // Ctrl-C at the terminal must reach the supervisor only, which stops Postgres last
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', output, output],
    });
  } finally {
    closeSync(output);
  }
}

/** A shell that waits for our end of its pipe to close, then stops Postgres: so it goes when we are killed outright. */
function guard(pid: number, account: Account | undefined): ChildProcess {
  const script = 'while read -r line; do [ "$line" = stand-down ] && exit 0; done; kill -INT "$1"';
  return spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    ...asAccount(account),
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function tryConnect(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined); // reported by the query that meets it
  try {
    await client.connect();
    return client;
  } catch {
    await client.end().catch(() => undefined);
    return undefined;
  }
}

/** Waits until Postgres answers, however long it recovers, as long as it lives. */
async function connectWhenReady(url: string, child: ChildProcess, options: PostgresOptions): Promise<pg.Client> {
  const begun = Date.now();
  let told = 5000;
  while (child.exitCode === null && child.signalCode === null) {
    if (options.abort?.aborted) throw new StartError('The start of Postgres was broken off.');
    const client = await tryConnect(url);
    if (client) return client;
    if (Date.now() - begun > told) {
      options.say(`Postgres is still starting (${Math.round(told / 1000)} s) ...`);
      told *= 2;
    }
    await sleep(25);
  }
  const lines = readFileSync(options.log, 'utf8').trim().split('\n').slice(-3).join(' ');
  throw new StartError(`Postgres ended while starting. Its log ${options.log} says: ${lines}`);
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [ROLE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${ROLE}`);
  } finally {
    await client.end();
  }
}

/**
 * Starts the embedded Postgres of an installation and waits until it answers. Makes the cluster at first need, clears what a
 * killed start left behind, and as root runs it under another account. Throws StartError with a sentence for the user.
 * The caller must hold the installation's lock.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  mkdirSync(options.home, { recursive: true, mode: 0o711 });
  refuseLostCluster(options.home);
  const account = postgresAccount(clusterFolder(options.home));
  const binaries = findBinaries(account, systemFolder(), options.say);
  const cluster = await ensureCluster(options.home, binaries, account, options.initdb ?? [], options.say);
  await clearLeftOver(cluster, options.say);

  const port = options.port ?? (await freePort());
  const sockets = socketFolder(cluster);
  const child = launch(binaries, cluster, account, { ...settings(port, sockets), ...options.settings }, options.log);
  const pid = child.pid;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  if (pid === undefined) throw new StartError('The Postgres program could not be started.');
  const watch = guard(pid, account);
  watch.on('error', () => undefined).stdin?.on('error', () => undefined);

  const stop = async (milliseconds = 9000) => {
    await stopPostgres(pid, milliseconds);
    watch.stdin?.end('stand-down\n');
    if (watch.pid !== undefined) await goneWithin(watch.pid, 500);
  };
  try {
    const urlOf = (database: string) => connectionUrl(port, clusterPassword(options.home), database, sockets);
    await ensureDatabase(await connectWhenReady(urlOf('postgres'), child, options));
    return { url: urlOf(ROLE), port, pid, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
