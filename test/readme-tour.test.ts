import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { pattern, printedBySteps, tourScript, tourSteps } from './readme-tour.js';

const ROOT = join(import.meta.dirname, '..');
const FILES = ['receipt.json', 'forged.json', 'pin.json', 'checkpoint.txt'];
const MINUTES = 60_000;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

/** `npm start`, as a user types it, until it says that it is up. */
async function npmStart(env: NodeJS.ProcessEnv): Promise<() => Promise<number | null>> {
  const started = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('curl ')) resolve();
    };
    started.stdout.on('data', listen);
    started.stderr.on('data', listen);
    started.on('exit', () => reject(new Error(`npm start ended early:\n${said}`)));
  });
  return async () => {
    started.removeAllListeners('exit');
    started.kill('SIGTERM');
    const [code] = (await once(started, 'exit')) as [number | null];
    return code;
  };
}

test(
  'the tour in the README runs as written and prints what it says',
  async () => {
    const steps = tourSteps(await readFile(join(ROOT, 'README.md'), 'utf8'));
    expect(steps.length).toBeGreaterThan(5);
    const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-tour-'));
    await chmod(dataDir, 0o711); // as root, Postgres is another user
    const env = { ...process.env, PORT: String(await freePort()), DATA_DIR: dataDir };
    const stop = await npmStart(env);
    try {
      const run = await promisify(execFile)('bash', ['-c', tourScript(steps)], {
        cwd: ROOT,
        env,
        timeout: 4 * MINUTES,
      });
      const printed = printedBySteps(run.stdout);
      for (const [index, step] of steps.entries()) {
        if (step.printed !== undefined) expect(printed[index]?.trim()).toMatch(pattern(step.printed));
      }
    } finally {
      await stop();
      await Promise.all(
        [dataDir, ...FILES.map((file) => join(ROOT, file))].map((path) => rm(path, { recursive: true, force: true })),
      );
    }
  },
  6 * MINUTES,
);
