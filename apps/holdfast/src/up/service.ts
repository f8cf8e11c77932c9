import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { goneWithin, signal } from '../process/process-state.js';
import { stopWithUs } from '../process/stop-with-us.js';
import { StartError } from '../start-error.js';
import { jsonLine, LastWords, warningOf } from './last-words.js';
import type { LogFile } from './log-file.js';

/** A program that the supervisor runs. */
export interface ServiceSpec {
  /** As in apps/: also the name of its log. */
  name: string;
  /** Path of a program that is not ours; without it, Node runs. It is stopped when we are gone, however we went. */
  program?: string;
  /** Its arguments, or those of Node. */
  args: string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Asked again and again until true; told whether the program has printed {"msg":"ready"}. */
  isReady: (saidReady: boolean) => Promise<boolean>;
  /** Asked while it runs; many failures in a row mean that it hangs. */
  isHealthy?: () => Promise<boolean>;
  /** Milliseconds it gets to stop by itself. */
  stopWithin: number;
}

/** What a service needs from its supervisor. */
export interface ServiceHost {
  log: LogFile;
  /** Shown at the terminal. */
  say: (line: string) => void;
  /** It has died too often: with the reason, as a sentence. */
  giveUp: (reason: string) => void;
}

const READY_WITHIN = 60_000;
const QUICK_DEATH = 30_000;
const MOST_QUICK_DEATHS = 5;
const HEALTH_EVERY = 5000;
const MOST_HEALTH_FAILURES = 6;

/** One program under watch: started, awaited, started again when it dies or hangs, given up when it keeps dying. */
export class Service {
  private child: ChildProcess | undefined;
  private words = new LastWords();
  private saidReady = false;
  private stopping = false;
  private watching = false;
  private quickDeaths = 0;
  private healthTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly spec: ServiceSpec,
    private readonly host: ServiceHost,
  ) {}

  get stopWithin(): number {
    return this.spec.stopWithin;
  }

  get name(): string {
    return this.spec.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it and waits until it is ready; from then on it is watched. Rejects with a StartError saying why it is not. */
  async start(): Promise<void> {
    const begun = this.launch();
    await this.ready(begun);
    this.watch(begun, Date.now());
  }

  /** Stops it for good: asks, waits, ends it. Settles when the process is gone. */
  async stop(within = this.spec.stopWithin): Promise<void> {
    this.stopping = true;
    clearInterval(this.healthTimer);
    await this.end(within);
  }

  private async end(within: number): Promise<void> {
    const pid = this.child?.pid;
    if (pid === undefined || hasEnded(this.child)) return;
    signal(pid, 'SIGTERM');
    if (await goneWithin(pid, within)) return;
    this.host.say(`${this.name} did not stop in ${Math.round(within / 100) / 10} s and is ended.`);
    signal(pid, 'SIGKILL');
    await goneWithin(pid, 1000);
  }

  private launch(): ChildProcess {
    this.words = new LastWords();
    this.saidReady = false;
    const { program = process.execPath, args } = this.spec;
    const child = spawn(program, args, {
      detached: true, // Ctrl-C at the terminal reaches the supervisor only, which stops everything in order
      env: { ...this.spec.env },
      stdio: this.spec.program === undefined ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    });
    if (this.spec.program !== undefined && child.pid !== undefined) stopWithUs(child, child.pid);
    child.on('error', (error) => this.words.hear(`Error: ${error.message}`));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface(stream).on('line', (line) => this.hear(line));
    }
    this.child = child;
    return child;
  }

  private hear(line: string): void {
    this.host.log.write(`${line}\n`);
    this.words.hear(line);
    if (jsonLine(line)?.msg === 'ready') this.saidReady = true;
    const warning = warningOf(line);
    if (warning !== undefined) this.host.say(`${this.name}: ${warning}`);
  }

  private async ready(child: ChildProcess): Promise<void> {
    const end = Date.now() + READY_WITHIN;
    while (!(await this.spec.isReady(this.saidReady))) {
      if (this.words.isFatal) await this.end(2000);
      if (hasEnded(child)) {
        await sleep(50); // its last lines may still be on their way
        throw new StartError(`${this.name} did not start. ${this.ending(child)}`);
      }
      if (Date.now() > end) {
        await this.end(1000);
        throw new StartError(
          `${this.name} was not ready within ${READY_WITHIN / 1000} s. Its log: ${this.host.log.path}`,
        );
      }
      await sleep(50);
    }
  }

  private ending(child: ChildProcess): string {
    const words = this.words.toString();
    if (this.words.isFatal) return words;
    const how = child.signalCode === null ? `ended with code ${child.exitCode}` : `was ended by ${child.signalCode}`;
    return words === '' ? `It ${how}.` : `It ${how}: ${words}`;
  }

  private watch(child: ChildProcess, since: number): void {
    if (this.stopping) return;
    const died = () => {
      if (this.stopping || this.watching) return;
      this.watching = true;
      clearInterval(this.healthTimer);
      void this.revive(child, since);
    };
    this.watching = false;
    child.once('exit', died);
    if (hasEnded(child)) died();
    else this.watchHealth();
  }

  private watchHealth(): void {
    const { isHealthy } = this.spec;
    if (!isHealthy) return;
    let failures = 0;
    this.healthTimer = setInterval(async () => {
      failures = (await isHealthy()) ? 0 : failures + 1;
      if (failures !== MOST_HEALTH_FAILURES || this.stopping) return;
      this.host.say(`${this.name} has not answered for ${(HEALTH_EVERY * failures) / 1000} s and is started again.`);
      await this.end(2000);
    }, HEALTH_EVERY);
  }

  /** Starts a dead program again, ever more slowly; a death soon after the start counts towards giving up. */
  private async revive(child: ChildProcess, since: number): Promise<void> {
    await sleep(50);
    let reason = this.ending(child);
    this.quickDeaths = Date.now() - since < QUICK_DEATH ? this.quickDeaths + 1 : 1;
    while (!this.stopping) {
      if (this.quickDeaths > MOST_QUICK_DEATHS) {
        this.host.giveUp(`${this.name} died ${this.quickDeaths} times in a row, so everything stops. ${reason}`);
        return;
      }
      this.host.say(`${this.name} died and is started again. ${reason}`);
      await sleep(Math.min(10_000, 100 * 2 ** this.quickDeaths));
      if (this.stopping) return;
      try {
        await this.start();
        this.host.say(`${this.name} is back.`);
        return;
      } catch (error) {
        reason = (error as Error).message;
        this.quickDeaths += 1;
      }
    }
  }
}

function hasEnded(child: ChildProcess | undefined): boolean {
  return child === undefined || child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
