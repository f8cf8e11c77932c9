import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { goneWithin, isAlive } from '../../src/process/process-state.js';
import { LogFile } from '../../src/up/log-file.js';
import { Service } from '../../src/up/service.js';

// Real processes: small programs given to Node by -e.
const READY = `process.stdout.write('{"msg":"ready"}\\n');`;
const STAYS = 'setInterval(() => {}, 1000);';

let folder: string;
let said: string[];
let service: Service | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-service-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  said = [];
});
afterEach(async () => {
  await service?.stop(100);
});

const log = () => join(folder, 'program.log');

function run(script: string, giveUp: (reason: string) => void = () => undefined): Service {
  const spec = {
    name: 'program',
    args: ['-e', script],
    env: {},
    isReady: async (saidReady: boolean) => saidReady,
    stopWithin: 2000,
  };
  service = new Service(spec, { log: new LogFile(log()), say: (line) => said.push(line), giveUp });
  return service;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !condition(); tries += 1) await sleep(25);
  expect(condition()).toBe(true);
}

describe('a program under watch', () => {
  test('counts as started when it says that it is ready, and is gone after stop', async () => {
    const program = run(`setTimeout(() => { ${READY} }, 100); ${STAYS}`);
    await program.start();
    const pid = program.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    await program.stop();
    expect(isAlive(pid)).toBe(false);
  });

  test('that dies while starting makes the start fail with its own reason', async () => {
    const reported = run(
      `process.stdout.write('{"msg":"failed","reason":"The disk is full."}\\n'); process.exitCode = 3`,
    );
    await expect(reported.start()).rejects.toThrow('program did not start. It ended with code 3: The disk is full.');
    const thrown = run(`throw new TypeError('no such thing')`);
    await expect(thrown.start()).rejects.toThrow(/ended with code 1: TypeError: no such thing/);
  });

  test('is started again when it is killed', async () => {
    const program = run(`${READY} ${STAYS}`);
    await program.start();
    const first = program.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await until(() => said.includes('program is back.'));
    expect(program.pid).not.toBe(first);
    expect(said[0]).toBe('program died and is started again. It was ended by SIGKILL.');
  });

  test('that keeps dying is given up with the reason', async () => {
    const reason = new Promise<string>((resolve) => {
      service = run(`${READY} setTimeout(() => { throw new Error('the same again') }, 500)`, resolve);
    });
    await service?.start();
    expect(await reason).toMatch(/^program died \d+ times in a row, so everything stops\. It ended .*the same again/);
  }, 30_000);

  test('that does not stop when asked is ended', async () => {
    const program = run(`process.on('SIGTERM', () => {}); ${READY} ${STAYS}`);
    await program.start();
    await program.stop(200);
    expect(isAlive(program.pid ?? 0)).toBe(false);
    expect(said).toEqual(['program did not stop in 0.2 s and is ended.']);
  });

  test('is not started again when it dies while stopping', async () => {
    const program = run(`process.on('SIGTERM', () => process.exit(7)); ${READY} ${STAYS}`);
    await program.start();
    await program.stop();
    await sleep(300);
    expect(isAlive(program.pid ?? 0)).toBe(false);
    expect(said).toEqual([]);
  });

  test('has all it prints in its log, and its warnings at the terminal', async () => {
    const program = run(
      `process.stdout.write('{"level":30,"msg":"usual"}\\n{"level":40,"msg":"the disk is nearly full"}\\n'); ${READY} ${STAYS}`,
    );
    await program.start();
    expect(readFileSync(log(), 'utf8')).toContain('"usual"');
    expect(said).toEqual(['program: the disk is nearly full']);
  });

  test('does not get the signals of the terminal', async () => {
    const program = run(`${READY} ${STAYS}`);
    await program.start();
    const pid = program.pid ?? 0;
    expect(process.kill(-pid, 0)).toBe(true); // it leads a process group of its own: Ctrl-C goes to ours
    process.kill(-pid, 'SIGKILL');
    expect(await goneWithin(pid, 2000)).toBe(true);
  });
});
