// The real programs, as `npm start` starts them.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../src/process/ports.js';
import { commandLine, goneWithin, isAlive } from '../../src/process/process-state.js';
import { readRunFile } from '../../src/up/run-file.js';

const root = resolve(import.meta.dirname, '../../../..');
const STOP_WITHIN = 10_000;

let folder: string;
let dataDir: string;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-up-'));
  chmodSync(folder, 0o711);
  dataDir = join(folder, 'data');
  port = await freePort();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

class Start {
  output = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(variables: Record<string, string> = {}) {
    const { DATABASE_URL: _, ...inherited } = process.env;
    this.child = spawn(process.execPath, ['scripts/start.mjs'], {
      cwd: root,
      env: { ...inherited, DATA_DIR: dataDir, PORT: String(port), ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.ended = new Promise((settle) => this.child.once('exit', settle));
  }

  async says(text: string, milliseconds = 45_000): Promise<void> {
    const end = Date.now() + milliseconds;
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null || Date.now() > end) throw new Error(`It never said "${text}":\n${this.output}`);
      await sleep(50);
    }
  }
}

const started: Start[] = [];
function start(variables?: Record<string, string>): Start {
  const made = new Start(variables);
  started.push(made);
  return made;
}

afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await ended;
  }
});

/** Processes that carry our folder in their arguments or environment. */
function ours(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && isAlive(pid))
    .filter((pid) => {
      try {
        return `${commandLine(pid)} ${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(folder);
      } catch {
        return commandLine(pid).includes(folder);
      }
    });
}

function processOf(part: string): number {
  const pid = ours().find((candidate) => commandLine(candidate).includes(part));
  if (pid === undefined) throw new Error(`There is no process of ${part}`);
  return pid;
}

function holdfast(command: string): { status: number | null; stdout: string } {
  const env = { ...process.env, DATA_DIR: dataDir, PORT: String(port) };
  return spawnSync(process.execPath, ['scripts/holdfast.mjs', command], { cwd: root, env, encoding: 'utf8' });
}

async function isReady(): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
  } catch {
    return false;
  }
}

const linux = process.platform === 'linux' ? describe : describe.skip;

linux('up', () => {
  test('runs everything, revives what is killed, refuses a second start, and stops with nothing left', async () => {
    const up = start();
    await up.says('Holdfast is ready.');
    expect(await isReady()).toBe(true);
    expect(readRunFile(dataDir)?.ports.api).toBe(port);

    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output).toContain(`Holdfast already runs on ${dataDir} (process ${readRunFile(dataDir)?.pid})`);

    expect(holdfast('doctor')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('The database agrees with itself.'),
    });

    for (const part of ['ledger-node', 'anchor-contract', 'anchor-worker', 'fhir-server']) {
      process.kill(processOf(`${part}/src/main.js`), 'SIGKILL');
      await up.says(`${part} is back.`);
    }
    process.kill(processOf('bin/postgres -D'), 'SIGKILL');
    await up.says('Postgres died and is started again.');
    const end = Date.now() + 15_000;
    while (!(await isReady()) && Date.now() < end) await sleep(100);
    expect(await isReady()).toBe(true);

    const asked = Date.now();
    up.child.kill('SIGTERM');
    expect(await up.ended).toBe(0);
    expect(Date.now() - asked).toBeLessThan(STOP_WITHIN);
    expect(ours()).toEqual([]);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
    expect(readRunFile(dataDir)).toBeUndefined();
  }, 120_000);

  test('killed outright takes everything with it, and the next start finds its way', async () => {
    const first = start();
    await first.says('Holdfast is ready.');
    const parts = ours().filter((pid) => !commandLine(pid).includes('scripts/start.mjs'));
    expect(parts.length).toBeGreaterThanOrEqual(6);
    process.kill(readRunFile(dataDir)?.pid ?? 0, 'SIGKILL');
    for (const pid of parts) expect(await goneWithin(pid, STOP_WITHIN)).toBe(true);

    const second = start();
    await second.says('Holdfast is ready.');
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
  }, 120_000);

  test('stops everything when it is asked to while it starts', async () => {
    const up = start();
    await up.says('Starting the contract ...');
    up.child.kill('SIGTERM');
    await up.ended;
    expect(ours()).toEqual([]);
    expect(up.output).not.toContain('Holdfast is ready.');
  }, 60_000);

  test('stops everything when the program that started it is killed outright', async () => {
    const up = start();
    await up.says('Holdfast is ready.');
    const supervisor = readRunFile(dataDir)?.pid ?? 0;
    up.child.kill('SIGKILL');
    expect(await goneWithin(supervisor, STOP_WITHIN)).toBe(true);
    expect(ours()).toEqual([]);
  }, 60_000);

  test('says which port is taken, and leaves nothing behind', async () => {
    const server = await new Promise<Server>((settle) => {
      const made = createServer().listen(port, '127.0.0.1', () => settle(made));
    });
    try {
      const up = start();
      expect(await up.ended).toBe(1);
      expect(up.output).toContain(`Port ${port} is in use by another program: set PORT to another.`);
    } finally {
      server.close();
    }
    expect(ours()).toEqual([]);
  }, 30_000);

  test('on an address beyond loopback without an issuer ends with the reason', async () => {
    const up = start({ HOST: '0.0.0.0' });
    expect(await up.ended).toBe(1);
    expect(up.output).toMatch(/fhir-server did not start\. .*HOST is 0\.0\.0\.0, which is not loopback/);
    expect(ours()).toEqual([]);
  }, 60_000);
});
