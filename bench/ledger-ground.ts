import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fileMasterKey, openStore, type Store } from '#libs/store';
import { startPostgres } from '../apps/holdfast/src/postgres/start-postgres.js';
import { freePort } from '../apps/holdfast/src/process/ports.js';
import { BATCH_HEAP_FLAGS } from '../apps/holdfast/src/up/services.js';

/** Postgres, ledger node and contract as real programs on this machine, and a worker to be started. */
export interface LedgerGround {
  dataDir: string;
  site: string;
  store: Store;
  pool: pg.Pool;
  /** Starts the worker; resolves with its process when it leads. */
  startWorker(): Promise<ChildProcess>;
  /** Where the worker tells its measures. */
  metricsUrl: string;
  /** Processor seconds so far of the ledger (node and contract) and of Postgres, where the system tells. */
  processorSeconds(): Promise<{ ledger: number; postgres: number }>;
}

const TICKS_A_SECOND = 100;

/** Of a process; 0 where the system does not tell. */
export function secondsOf(pid: number | undefined): number {
  try {
    const [user = 0, system = 0] = fieldsOf(pid ?? 'none').slice(11, 13);
    return (user + system) / TICKS_A_SECOND;
  } catch {
    return 0;
  }
}

function fieldsOf(pid: number | string): number[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').map(Number);
}

/** Of all that Postgres runs and has run: its first process counts those that have ended. 0 where the system does not tell. */
async function postgresSeconds(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
  try {
    const [, postmaster] = fieldsOf(rows[0]!.pid) as [number, number];
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fieldsOf(postmaster).slice(11, 15);
    const running = rows.reduce((sum, { pid }) => sum + secondsOf(pid), 0);
    return running + (user + system + endedUser + endedSystem) / TICKS_A_SECOND;
  } catch {
    return 0;
  }
}

export async function one<Row>({ pool }: LedgerGround, sql: string, values: unknown[] = []): Promise<Row> {
  return (await pool.query(sql, values)).rows[0] as Row;
}

/** How many events there are. */
export async function eventsOf(ground: LedgerGround): Promise<number> {
  return (await one<{ events: number }>(ground, 'SELECT count(*)::int AS events FROM event')).events;
}

/** Until so many events are on the ledger. */
export async function anchored(ground: LedgerGround, events: number): Promise<void> {
  const sql = 'SELECT coalesce(max(tree_size), 0) >= $1 AS done FROM batch WHERE block IS NOT NULL';
  while (!(await one<{ done: boolean }>(ground, sql, [events])).done) await sleep(20);
}

const SITE = 'site-a';

async function untilSaid(child: ChildProcess, message: string): Promise<void> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  for await (const line of lines) if ((JSON.parse(line) as { msg?: string }).msg?.includes(message)) break;
  child.stdout?.resume();
}

/** Sets up, lets `use` work, and takes everything away again. */
export async function withLedgerGround<T>(use: (ground: LedgerGround) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  chmodSync(dataDir, 0o711);
  for (const folder of ['keys', 'ledger']) mkdirSync(join(dataDir, folder));
  const children: ChildProcess[] = [];
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const postgres = await startPostgres({ home: join(dataDir, 'postgres'), log: join(dataDir, 'postgres.log'), say });
  const program = (name: string, env: Record<string, string>) => {
    const child = spawn(
      process.execPath,
      [...BATCH_HEAP_FLAGS, join(import.meta.dirname, `../apps/${name}/src/main.js`)],
      {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    children.push(child);
    return child;
  };
  const [ledger, contract, metrics] = [await freePort(), await freePort(), await freePort()];
  const address = `127.0.0.1:${contract}`;
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  pool.on('error', () => undefined); // Postgres is stopped at the end, however it ends
  let store: Store | undefined;
  try {
    const contractChild = program('anchor-contract', {
      CHAINCODE_SERVER_ADDRESS: address,
      CHAINCODE_ID: 'anchor:1.0.0',
    });
    await untilSaid(contractChild, 'ready');
    const node = { LEDGER_DIR: join(dataDir, 'ledger'), LEDGER_PORT: String(ledger), CONTRACT_ADDRESS: address };
    const nodeChild = program('ledger-node', node);
    await untilSaid(nodeChild, 'ready');
    const masterKey = await fileMasterKey(join(dataDir, 'keys', 'master.key'));
    const migrations = join(import.meta.dirname, '../../migrations');
    store = await openStore({ url: postgres.url, masterKey, migrations, poolSize: 4 });
    const startWorker = async () => {
      const worker = program('anchor-worker', {
        ...{ DATABASE_URL: postgres.url, DATA_DIR: dataDir, SITE },
        METRICS_PORT: String(metrics),
      });
      await untilSaid(worker, 'leads');
      return worker;
    };
    const processorSeconds = async () => ({
      ledger: secondsOf(nodeChild.pid) + secondsOf(contractChild.pid),
      postgres: await postgresSeconds(pool),
    });
    const metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
    return await use({ dataDir, site: SITE, store, pool, startWorker, metricsUrl, processorSeconds });
  } finally {
    await Promise.all(children.reverse().map(stop));
    await store?.close();
    await pool.end();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
