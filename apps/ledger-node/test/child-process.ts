import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const DIST = join(import.meta.dirname, '../../../dist/apps');

export interface Program {
  /** The line with which it said that it is ready. */
  ready: Record<string, unknown>;
  pid: number;
  /** Resolves with the exit code, or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/** The JSON lines of a program that ended before it was ready. */
export class NotReady extends Error {
  constructor(
    readonly exitCode: number | null,
    readonly lines: readonly string[],
  ) {
    super(`the program ended with ${exitCode}: ${lines.join('\n')}`);
  }
}

async function firstReady(child: ChildProcess): Promise<Record<string, unknown>> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    const said = JSON.parse(line);
    if (said.msg === 'ready') return said;
  }
  if (child.exitCode === null) await once(child, 'exit');
  throw new NotReady(child.exitCode, lines);
}

/** Starts a script with Node and waits until it says that it is ready. */
export async function startScript(path: string, environment: Record<string, string>): Promise<Program> {
  const child = spawn(process.execPath, [path], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ready = await firstReady(child);
  child.stdout!.resume();
  return {
    ready,
    pid: child.pid!,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill(signal);
        await gone;
      }
      return child.exitCode ?? child.signalCode!;
    },
  };
}

/** Starts `dist/apps/<app>/src/main.js`, which `npm test` has built. */
export function startProgram(app: string, environment: Record<string, string>): Promise<Program> {
  return startScript(join(DIST, app, 'src/main.js'), environment);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
