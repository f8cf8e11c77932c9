// The four programs of an installation, each a process that can be killed at any moment and started again where it was
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const DIST = join(import.meta.dirname, '../../dist/apps');
/** Shifts the clock that a program sees, and no other. */
const CLOCK = join(import.meta.dirname, 'shifted-clock.mjs');

export type ProgramName = 'fhir-server' | 'anchor-worker' | 'ledger-node' | 'anchor-contract';

/** What can be killed at any moment and started again where it was. */
export interface Program {
  readonly isRunning: boolean;
  readonly pid: number | undefined;
  /** Whether it runs, and what it said last, in words. */
  readonly state: string;
  kills: number;
  start(clock?: string, more?: Record<string, string>): void;
  says(message: string, seconds?: number): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** One of ours, always with the same environment. */
export class FaultyProgram implements Program {
  private child: ChildProcess | undefined;
  private lines: { msg?: string }[] = [];
  kills = 0;

  constructor(
    readonly name: ProgramName,
    private readonly environment: Record<string, string>,
  ) {}

  /** Starts it; does not wait until it is ready. `clock`: a file with the minutes by which its clock is off, read again and again. */
  start(clock?: string, more: Record<string, string> = {}): void {
    this.lines = [];
    const preload = clock === undefined ? [] : ['--import', CLOCK];
    const off = clock === undefined ? {} : { CLOCK_OFF_FILE: clock };
    const child = spawn(process.execPath, [...preload, join(DIST, this.name, 'src/main.js')], {
      env: { PATH: process.env.PATH, ...this.environment, ...off, ...more },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (child === this.child) this.lines.push(JSON.parse(line));
    });
    this.child = child;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get state(): string {
    const ended = this.child?.exitCode ?? this.child?.signalCode;
    return `${this.isRunning ? 'runs' : `ended with ${ended}`}; its last line: ${JSON.stringify(this.lines.at(-1))}`;
  }

  /** Until it has said this. */
  async says(message: string, seconds = 60): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!this.lines.some(({ msg }) => msg?.includes(message))) {
      if (Date.now() > end || !this.isRunning) {
        throw new Error(`${this.name} did not say "${message}" in ${seconds} s: ${this.state}`);
      }
      await sleep(20);
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning) return;
    this.kills += 1;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}
