import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { clusterFolder } from '../src/postgres/placement.js';
import { type RunningPostgres, startPostgres } from '../src/postgres/start-postgres.js';
import { goneWithin, isAlive } from '../src/process/process-state.js';

const root = process.getuid?.() === 0;

let folder: string;
const said: string[] = [];

function start(home = join(folder, 'postgres')): Promise<RunningPostgres> {
  return startPostgres({
    home,
    log: join(folder, 'postgres.log'),
    say: (line) => said.push(line),
    initdb: ['--no-sync', '--wal-segsize=4'],
    settings: { shared_buffers: '16MB', max_wal_size: '64MB', min_wal_size: '16MB' },
  });
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows[0] ?? {};
  } finally {
    await client.end();
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-launcher-'));
  chmodSync(folder, 0o711);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the embedded Postgres', () => {
  test('is durable, in UTF-8 order of code points, and asks for a password', async () => {
    const postgres = await start();
    try {
      const row = await ask(
        postgres.url,
        `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, lower('ÄÖ') AS lower,
          datcollate, datlocale FROM pg_database WHERE datname = current_database()`,
      );
      expect(row).toEqual({ fsync: 'on', commit: 'on', lower: 'äö', datcollate: 'C', datlocale: 'C.UTF-8' });
      await expect(ask(postgres.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/password/);
    } finally {
      await postgres.stop();
    }
    expect(isAlive(postgres.pid)).toBe(false);
  });

  test('is reached by a socket in its own folder, and as well by its port', async () => {
    const postgres = await start();
    const way = `SELECT inet_server_port() AS port`;
    try {
      expect(statSync(join(folder, 'postgres', 'data', `.s.PGSQL.${postgres.port}`)).mode & 0o077).toBe(0);
      expect(await ask(postgres.url, way)).toEqual({ port: null });
      expect(await ask(postgres.url.replace(/\?.*/, ''), way)).toEqual({ port: postgres.port });
    } finally {
      await postgres.stop();
    }
  });

  test('is reached by its port alone where the path of its folder is too long for that of a socket', async () => {
    const home = join(folder, 'a'.repeat(90), 'postgres');
    mkdirSync(dirname(home), { mode: 0o711 });
    const postgres = await start(home);
    try {
      expect(await ask(postgres.url, `SELECT inet_server_port() AS port`)).toEqual({ port: postgres.port });
    } finally {
      await postgres.stop();
    }
  });

  test('keeps its data and its password from one start to the next', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE kept (value int)');
    await first.stop();
    const second = await start();
    try {
      expect(await ask(second.url, `SELECT to_regclass('kept')::text AS name`)).toEqual({ name: 'kept' });
      expect(statSync(join(folder, 'postgres', 'password')).mode & 0o777).toBe(0o600);
    } finally {
      await second.stop();
    }
  });

  test('comes back after it was killed outright', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE survived (value int)');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    await first.stop();
    const second = await start();
    try {
      expect(await ask(second.url, `SELECT to_regclass('survived')::text AS name`)).toEqual({ name: 'survived' });
      const sockets = readdirSync(join(folder, 'postgres', 'data')).filter((name) => name.startsWith('.s.PGSQL.'));
      expect(sockets.sort()).toEqual([`.s.PGSQL.${second.port}`, `.s.PGSQL.${second.port}.lock`]);
    } finally {
      await second.stop();
    }
  });

  test('is not kept from starting by a postmaster.pid whose number belongs to another program', async () => {
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    writeFileSync(join(folder, 'postgres', 'data', 'postmaster.pid'), `${stranger.pid}\n`);
    const postgres = await start();
    await postgres.stop();
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
    stranger.kill();
  });

  test('stops one that an earlier start left running', async () => {
    const first = await start();
    said.length = 0;
    const second = await start();
    try {
      expect(isAlive(first.pid)).toBe(false);
      expect(said.join(' ')).toMatch(`process ${first.pid}`);
    } finally {
      await second.stop();
      await first.stop();
    }
  });

  test('refuses a cluster of another major version in a plain sentence', async () => {
    const version = join(folder, 'postgres', 'data', 'PG_VERSION');
    const real = readFileSync(version, 'utf8');
    writeFileSync(version, '15\n');
    await expect(start()).rejects.toThrow(/was made by Postgres 15, and this Holdfast brings Postgres \d+/);
    writeFileSync(version, real);
  });

  test('is gone when the program that started it is killed outright', async () => {
    const script = `import { startPostgres } from './dist/apps/holdfast/src/postgres/start-postgres.js';
      const p = await startPostgres({ home: process.argv[1] + '/postgres', log: process.argv[1] + '/postgres.log', say() {} });
      process.stdout.write(String(p.pid)); setInterval(() => {}, 1000);`;
    const source = script
      .replace('./dist/apps/holdfast/src', new URL('../src', import.meta.url).pathname)
      .replace('.js', '.ts');
    const hooks = join(folder, 'hooks.mjs');
    writeFileSync(
      hooks,
      `import { registerHooks } from 'node:module';
       registerHooks({ resolve: (s, c, next) => next(s.startsWith('.') && c.parentURL?.endsWith('.ts') ? s.replace(/\\.js$/, '.ts') : s, c) });`,
    );
    const args = ['--import', hooks, '--input-type=module', '-e', source, folder];
    const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await goneWithin(pid, 10_000)).toBe(true);
  });

  (root ? test : test.skip)(
    'keeps the cluster elsewhere, and says so, when its account cannot enter our folder',
    async () => {
      const closed = join(folder, 'closed');
      mkdirSync(closed, { mode: 0o700 });
      const home = join(closed, 'postgres');
      said.length = 0;
      const postgres = await start(home);
      const cluster = clusterFolder(home);
      try {
        expect(cluster).toMatch(/^\/var\/lib\/holdfast\/clusters\//);
        expect(said.join(' ')).toContain(`the database is kept in ${cluster}`);
      } finally {
        await postgres.stop();
      }
      rmSync(join(cluster, '..'), { recursive: true });
      expect(existsSync(cluster)).toBe(false);
      await expect(start(home)).rejects.toThrow(/which is gone/);
    },
  );
});
