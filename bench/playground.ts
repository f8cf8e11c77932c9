import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readConfig } from '../apps/holdfast/src/config.js';
import { startPostgres } from '../apps/holdfast/src/postgres/start-postgres.js';
import { freePort } from '../apps/holdfast/src/process/ports.js';
import { issueToken } from '../apps/holdfast/src/token/issue-token.js';

/** The real server and a Postgres of its own, each in its own process, on this machine. */
export interface Playground {
  databaseUrl: string;
  /** FHIR base URL of the server. */
  base: string;
  /** A token of the custodian's system client. */
  token: string;
  /** Starts a program of `bench/` in its own process; resolves with the first line that it prints. */
  run(program: string, env: Record<string, string>): Promise<string>;
}

/**
 * Sets up, lets `use` work, and takes everything away again. Says on stderr what it does. `nodeArguments` are for the server's
 * process.
 */
export async function withPlayground<T>(
  use: (playground: Playground) => Promise<T>,
  nodeArguments: readonly string[] = [],
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  chmodSync(folder, 0o711);
  const children: ChildProcess[] = [];
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const postgres = await startPostgres({ home: join(folder, 'postgres'), log: join(folder, 'postgres.log'), say });
  const run = async (program: string, env: Record<string, string>, args: readonly string[] = []) => {
    const child = spawn(process.execPath, [...args, program], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const [line] = (await once(createInterface(child.stdout as NodeJS.ReadableStream), 'line')) as [string];
    child.stdout?.resume();
    return line;
  };
  try {
    const port = await freePort();
    const settings = { DATA_DIR: folder, PORT: String(port) };
    const config = readConfig(settings);
    const token = await issueToken({ scope: 'system/*.cruds', purpose: 'TREAT' }, config);
    say('Starting the server ...');
    const environment = { ...settings, DATABASE_URL: postgres.url };
    await run(join(import.meta.dirname, '../apps/fhir-server/src/main.js'), environment, nodeArguments);
    return await use({ databaseUrl: postgres.url, base: `http://127.0.0.1:${port}/fhir`, token, run });
  } finally {
    await Promise.all(children.map(stop));
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
