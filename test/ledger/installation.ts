// A whole installation as a user has it: `holdfast up` with its own Postgres, and commands beside it
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeBase, ROOT, runProgram } from './program.js';

const CLI = 'dist/apps/holdfast/src/main.js';
const READY_WITHIN = 60_000;

/** A command under way, and what it has said so far. */
export class Running {
  said = '';
  private readonly gone: Promise<unknown>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.said += chunk.toString();
      });
    this.gone = once(child, 'exit');
  }

  /** Waits until it says this; throws what it said when it ends before. */
  async until(words: string): Promise<void> {
    const end = Date.now() + READY_WITHIN;
    while (!this.said.includes(words)) {
      if (this.child.exitCode !== null || Date.now() > end) throw new Error(`It never said "${words}":\n${this.said}`);
      await sleep(5);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.gone;
  }
}

export class Installation {
  private token: string | undefined;

  private constructor(
    readonly dataDir: string,
    private readonly port: number,
  ) {}

  static async in(dataDir: string): Promise<Installation> {
    return new Installation(dataDir, await freeBase([0]));
  }

  private get environment(): NodeJS.ProcessEnv {
    return { DATA_DIR: this.dataDir, PORT: String(this.port) };
  }

  /** Runs a command to its end; throws what it said when it failed. */
  run(...args: string[]): Promise<string> {
    return runProgram(CLI, args, this.environment);
  }

  start(args: readonly string[], more: NodeJS.ProcessEnv = {}): Running {
    const env = { PATH: process.env.PATH, ...this.environment, ...more };
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return new Running(spawn(process.execPath, [join(ROOT, CLI), ...args], { env, stdio }));
  }

  /** With everything started. */
  async up(more: NodeJS.ProcessEnv = {}): Promise<Running> {
    const running = this.start(['up'], more);
    await running.until('Ctrl-C stops everything');
    return running;
  }

  async request(path: string, body?: object): Promise<Response> {
    this.token ??= (await this.run('token', '--scope', 'system/*.cruds')).trim();
    const url = path.startsWith('http') ? path : `http://localhost:${this.port}/fhir/${path}`;
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/fhir+json' };
    return fetch(url, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
  }

  /** Stores a Patient, and gives the URL of its version. */
  async store(family: string): Promise<string> {
    const response = await this.request('Patient', { resourceType: 'Patient', name: [{ family }] });
    return response.headers.get('location') ?? '';
  }

  /** The text of the receipt of that version, once its event is on the ledger. */
  async receipt(version: string): Promise<string> {
    const end = Date.now() + READY_WITHIN;
    for (;;) {
      const response = await this.request(`${version}/$receipt`);
      if (response.status === 200) return response.text();
      if (Date.now() > end) throw new Error(`${version} has no receipt: ${response.status}`);
      await sleep(200);
    }
  }
}
