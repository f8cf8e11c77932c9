import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = join(import.meta.dirname, '../..');

/** Runs one of our programs to its end; throws what it said when it failed. */
export async function runProgram(file: string, args: string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, file), ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${said}`);
  return said;
}

/** A program that serves until it is stopped. */
export class Served {
  private constructor(
    private readonly child: ChildProcess,
    /** The line with which it said that it is ready. */
    readonly ready: Record<string, unknown>,
  ) {}

  static async start(file: string, environment: NodeJS.ProcessEnv): Promise<Served> {
    const child = spawn(process.execPath, ['--no-warnings', join(ROOT, file)], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const said = line.startsWith('{') ? JSON.parse(line) : {};
      if (said.msg === 'ready') {
        child.stdout.resume();
        return new Served(child, said);
      }
      if (said.msg === 'failed') throw new Error(`${file}: ${said.reason}`);
    }
    throw new Error(`${file} ended before it was ready`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }
}

/** Does nothing listen on this port of 127.0.0.1? */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port from which `offsets` are all free, below those that the system gives to outgoing connections. */
export async function freeBase(offsets: readonly number[]): Promise<number> {
  for (;;) {
    const base = randomInt(10_000, 29_000);
    const free = await Promise.all(offsets.map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}
