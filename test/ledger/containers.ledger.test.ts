// `holdfast network up --containers`: the nodes as docker-compose.yml starts them, with the programs in place of the images
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { composeFile } from '../compose-file.js';
import { freeBase, isFree, ROOT, runProgram } from './program.js';
import { describeRealFabric } from './real-fabric.js';

const CLI = 'dist/apps/holdfast/src/main.js';

describeRealFabric('a network whose nodes docker-compose.yml starts', () => {
  let folder: string;
  let port: number;
  const nodes: ChildProcess[] = [];
  // No FABRIC_BIN: the command line must not need the programs.
  const network = (...args: string[]) => runProgram(CLI, ['network', ...args], { DATA_DIR: folder, PATH: '' });

  /** What the compose file says of a node, and nothing else, is given to the program. */
  async function startNodes(): Promise<void> {
    const { services } = await composeFile({ DATA_DIR: folder, POSTGRES_PASSWORD: 'p', ISSUERS: '[]' });
    for (const { profiles, command, environment } of Object.values(services)) {
      if (!profiles?.includes('fabric')) continue;
      const [program, ...args] = command as string[];
      const env = { PATH: process.env.PATH, ...environment };
      nodes.push(spawn(join(process.env.FABRIC_BIN!, program!), args, { env, stdio: 'ignore' }));
    }
  }

  async function stopNodes(): Promise<void> {
    const gone = nodes.splice(0).map((node) => {
      const exit = once(node, 'exit');
      node.kill('SIGTERM');
      return exit;
    });
    await Promise.all(gone);
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-containers-'));
    port = await freeBase([0, 1, 3, 4, 1001]);
  });

  afterAll(async () => {
    await network('down').catch(() => undefined);
    await stopNodes();
    await rm(folder, { recursive: true, force: true });
  });

  test('is made while they are waited for, and is ready when they are there', async () => {
    const child = spawn(process.execPath, [join(ROOT, CLI), 'network', 'up', '--containers', '--port', String(port)], {
      env: { PATH: '', DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.includes('docker compose --profile fabric up -d') && nodes.length === 0) await startNodes();
    }
    expect(said).toMatch(/The network is ready after [\d.]+ s/);
    const status = await network('status');
    expect(status).toMatch(/orderer .* active, \d+ blocks/);
    expect(status.match(/anchor version 1, sequence 1/g)).toHaveLength(2);
  }, 60_000);

  test('is found running again, and its contract alone is stopped', async () => {
    await network('down');
    expect(await isFree(port)).toBe(false);
    expect(await network('up')).toMatch(/The network is ready/);
    expect(await network('down')).toMatch(/docker compose --profile fabric stop/);
  });
});
