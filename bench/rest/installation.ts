import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../apps/holdfast/src/config.js';
import { freePort } from '../../apps/holdfast/src/process/ports.js';
import { issueToken } from '../../apps/holdfast/src/token/issue-token.js';

/** A server that can be loaded. */
export interface Server {
  base: string;
  token: string;
  /** Resolves when it has nothing left to do for what was asked of it. */
  idle(): Promise<void>;
}

const WITHIN = 120_000;
const LOOK_EVERY = 200;

/** The whole of `holdfast up`, in processes of their own: Postgres, server, worker, contract and ledger. */
export async function withInstallation<T>(use: (server: Server) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  chmodSync(folder, 0o711);
  const settings = { DATA_DIR: folder, PORT: String(await freePort()) };
  const token = await issueToken({ scope: 'system/*.cruds', purpose: 'TREAT' }, readConfig(settings));
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../apps/holdfast/src/main.js'), 'up'], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const origin = `http://127.0.0.1:${settings.PORT}`;
  try {
    await until(() => isOk(`${origin}/health/ready`));
    return await use({ base: `${origin}/fhir`, token, idle: () => until(() => nothingWaits(origin)) });
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + WITHIN; !(await holds()); await sleep(LOOK_EVERY)) {
    if (Date.now() > end) throw new Error('the installation is not there');
  }
}

async function isOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** All events are on the ledger. */
async function nothingWaits(origin: string): Promise<boolean> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  return /^holdfast_events_waiting 0$/m.test(text);
}
