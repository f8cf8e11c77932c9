import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'holdfast-test-';

/** Our sources import './x.js' as TypeScript wants it; Node strips the types itself, but must be told that x.ts is meant. */
function readSources() {
  registerHooks({
    resolve(specifier, context, next) {
      const ours = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
      return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
    },
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Clusters of runs that were killed; their Postgres went with them. */
function removeOld() {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** One throw-away Postgres for the whole run, unless TEST_DATABASE_URL names one whose role may create databases. */
export default async function globalSetup() {
  if (process.env.TEST_DATABASE_URL) return;
  removeOld();
  readSources();
  const { startPostgres } = await import('../apps/holdfast/src/postgres/start-postgres.ts');
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(folder, 0o711);
  const postgres = await startPostgres({
    home: join(folder, 'postgres'),
    log: join(folder, 'postgres.log'),
    say: () => undefined,
    initdb: ['--no-sync', '--wal-segsize=4'],
    settings: { max_connections: '200', shared_buffers: '64MB', max_wal_size: '256MB', min_wal_size: '32MB' },
  });
  process.env.TEST_DATABASE_URL = postgres.url;
  globalThis.holdfastTestPostgres = { postgres, folder };
}
