// What goes to the ledger, committed and confirmed, against the same bytes submitted raw; and how long an event waits
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppendArgument, leafEntry, makeEvent } from '#libs/evidence';
import { readConnection } from '#libs/fabric-network';
import { connectLedger } from '#libs/ledger';
import { type LedgerGround, stop, withLedgerGround } from './ledger-ground.js';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 100_000);
const RATE = Number(process.env.BENCH_RATE ?? 1_000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const TICK_MS = 10;

export interface LedgerFigures {
  eventsPerSecond: number;
  rawEventsPerSecond: number;
  /** Of raw. */
  ratio: number;
  batches: number;
  /** Milliseconds from the event's own time until its batch was stored as VALID. */
  lag: { p50: number; p99: number; max: number; ratePerSecond: number };
  /** Resident megabytes of the worker, after the first second and at most. */
  workerMegabytes: { first: number; most: number };
  bytesPerEvent: { atFullBatches: number; atThatRate: number };
}

async function addEvents({ store, site }: LedgerGround, number: number): Promise<void> {
  const draft = { action: 'read', decision: 'permit', outcome: 200, client: 'ehr', definitions: 'r4' } as const;
  for (let left = number; left > 0; left -= 1_000) {
    const time = await store.time();
    const events = Array.from({ length: Math.min(1_000, left) }, () => makeEvent(draft, site, time));
    await store.record(events.map((event) => ({ event, decision: 'permit', time, patients: [] })));
  }
}

async function one<Row>({ pool }: LedgerGround, sql: string, values: unknown[] = []): Promise<Row> {
  return (await pool.query(sql, values)).rows[0] as Row;
}

async function drained(ground: LedgerGround): Promise<void> {
  const sql = `SELECT NOT EXISTS (SELECT FROM event WHERE leaf_index IS NULL)
    AND NOT EXISTS (SELECT FROM batch WHERE block IS NULL) AS done`;
  while (!(await one<{ done: boolean }>(ground, sql)).done) await sleep(100);
}

function ledgerBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function megabytes(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The batches that the worker made, as another site would send them: the same leaves, roots and sizes. */
async function argumentsOf(ground: LedgerGround, site: string): Promise<AppendArgument[]> {
  const { rows: batches } = await ground.pool.query(
    'SELECT first_index::int AS first, tree_size::int AS size, root FROM batch ORDER BY first_index',
  );
  const { rows: events } = await ground.pool.query('SELECT decision, leaf FROM event ORDER BY leaf_index');
  return batches.map(({ first, size, root }) => {
    const entries = events.slice(first, size).map(({ decision, leaf }) => leafEntry(decision, leaf));
    return { first, leaves: Buffer.concat(entries).toString('base64'), root: root.toString('base64'), site, size };
  });
}

/** The gateway client alone: endorse, submit, wait; one after the other, as a log must be. */
async function raw(ground: LedgerGround): Promise<number> {
  const all = await argumentsOf(ground, 'raw');
  const ledger = await connectLedger(await readConnection(join(ground.dataDir, 'ledger')));
  const from = performance.now();
  for (const argument of all) {
    const { txId, envelope } = await ledger.prepare('append', argument);
    await ledger.submit(envelope, txId);
    const status = await ledger.status(txId, 10_000);
    if (status?.code !== 'VALID') throw new Error(`a raw batch is ${status?.code}`);
  }
  const seconds = (performance.now() - from) / 1_000;
  ledger.close();
  return all.at(-1)!.size / seconds;
}

async function throughput(ground: LedgerGround) {
  await addEvents(ground, EVENTS);
  const worker = await ground.startWorker();
  const memory: number[] = [];
  const watch = setInterval(() => memory.push(megabytes(worker.pid)), 250);
  await drained(ground);
  clearInterval(watch);
  await stop(worker);
  const sql = `SELECT count(*)::int AS batches, extract(epoch FROM max(anchored_at) - min(prepared_at))::float8 AS seconds FROM batch`;
  const { batches, seconds } = await one<{ batches: number; seconds: number }>(ground, sql);
  return { batches, perSecond: EVENTS / seconds, memory: { first: memory[4] ?? 0, most: Math.max(...memory, 0) } };
}

async function lagAtRate(ground: LedgerGround) {
  const worker = await ground.startWorker();
  const { id } = await one<{ id: string }>(ground, 'SELECT max(id) AS id FROM event');
  const from = performance.now();
  let sent = 0;
  const pending: Promise<void>[] = [];
  while (performance.now() - from < SECONDS * 1_000) {
    const due = Math.floor(((performance.now() - from) / 1_000) * RATE);
    if (due > sent) pending.push(addEvents(ground, due - sent));
    sent = Math.max(sent, due);
    await sleep(TICK_MS);
  }
  await Promise.all(pending);
  await drained(ground);
  await stop(worker);
  const lag = '1000 * extract(epoch FROM b.anchored_at - e.time)';
  return one<{ p50: number; p99: number; max: number; ratePerSecond: number }>(
    ground,
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ${lag})::float8 AS p50,
       percentile_cont(0.99) WITHIN GROUP (ORDER BY ${lag})::float8 AS p99, max(${lag})::float8 AS max,
       count(*)::float8 / $2 AS "ratePerSecond"
     FROM event e JOIN batch b ON e.leaf_index >= b.first_index AND e.leaf_index < b.tree_size WHERE e.id > $1`,
    [id, SECONDS],
  );
}

export function benchLedger(): Promise<LedgerFigures> {
  return withLedgerGround(async (ground) => {
    const blocks = join(ground.dataDir, 'ledger', 'blocks');
    const empty = ledgerBytes(blocks);
    const { perSecond, batches, memory } = await throughput(ground);
    const full = ledgerBytes(blocks);
    const rawPerSecond = await raw(ground);
    const before = ledgerBytes(blocks);
    const lag = await lagAtRate(ground);
    return {
      eventsPerSecond: perSecond,
      rawEventsPerSecond: rawPerSecond,
      ratio: perSecond / rawPerSecond,
      batches,
      lag,
      workerMegabytes: memory,
      bytesPerEvent: {
        atFullBatches: (full - empty) / EVENTS,
        atThatRate: (ledgerBytes(blocks) - before) / (lag.ratePerSecond * SECONDS),
      },
    };
  });
}

/** The figures to read. */
export function ledgerTable(figures: LedgerFigures): string {
  const { eventsPerSecond, rawEventsPerSecond, ratio, batches, lag, workerMegabytes: memory, bytesPerEvent } = figures;
  return [
    `backlog of ${EVENTS} events in ${batches} batches, each endorsed by two organisations, no Consents relied on:`,
    `  Holdfast, committed and confirmed   ${eventsPerSecond.toFixed(0)} events/s`,
    `  the same bytes raw                  ${rawEventsPerSecond.toFixed(0)} events/s`,
    `  share of raw                        ${ratio.toFixed(2)}`,
    `  memory of the worker                ${memory.first.toFixed(0)} MB after a second, ${memory.most.toFixed(0)} MB at most`,
    `  on the ledger's disk                ${bytesPerEvent.atFullBatches.toFixed(1)} bytes an event`,
    `${lag.ratePerSecond.toFixed(0)} events/s for ${SECONDS} s:`,
    `  lag p50 ${lag.p50.toFixed(0)} ms, p99 ${lag.p99.toFixed(0)} ms, max ${lag.max.toFixed(0)} ms`,
    `  on the ledger's disk                ${bytesPerEvent.atThatRate.toFixed(1)} bytes an event`,
  ].join('\n');
}
