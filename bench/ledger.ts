// What goes to the ledger, committed and confirmed, against the same bytes submitted raw; and how long an event waits
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { addEvents } from './ledger-events.js';
import { anchored, eventsOf, type LedgerGround, one, stop, withLedgerGround } from './ledger-ground.js';
import { type Cost, throughput } from './ledger-throughput.js';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 100_000);
/** Distinct Consents on which the events of the backlog rely in turn. */
const CONSENTS = Number(process.env.BENCH_CONSENTS ?? 0);
const RATE = Number(process.env.BENCH_RATE ?? 1_000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const TICK_MS = 10;
const WATCH_MS = 500;

/** The worker at one moment of the backlog. */
interface Moment {
  seconds: number;
  anchored: number;
  residentMegabytes: number;
  heapMegabytes: number;
}

export interface LedgerFigures {
  eventsPerSecond: number;
  rawEventsPerSecond: number;
  /** Of raw. */
  ratio: number;
  batches: number;
  consentsPerBatch: number;
  cost: Cost;
  rawCost: Pick<Cost, 'ledger'>;
  /** Milliseconds from the event's own time until its batch was stored as VALID. */
  lag: { p50: number; p99: number; max: number; ratePerSecond: number };
  memory: Moment[];
  bytesPerEvent: { atFullBatches: number; atThatRate: number };
}

function ledgerBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function gauge(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? 0);
}

/** What the worker says of itself, again and again, until stopped. */
function watch({ metricsUrl }: LedgerGround): { moments: Moment[]; stop: () => void } {
  const from = performance.now();
  const moments: Moment[] = [];
  const look = async () => {
    const text = await (await fetch(metricsUrl)).text();
    moments.push({
      seconds: (performance.now() - from) / 1_000,
      anchored: gauge(text, 'holdfast_anchor_events_total'),
      residentMegabytes: gauge(text, 'process_resident_memory_bytes') / 2 ** 20,
      heapMegabytes: gauge(text, 'nodejs_heap_size_used_bytes') / 2 ** 20,
    });
  };
  const timer = setInterval(() => void look().catch(() => undefined), WATCH_MS);
  return { moments, stop: () => clearInterval(timer) };
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
  await anchored(ground, await eventsOf(ground));
  await stop(worker);
  const lag = '1000 * extract(epoch FROM b.anchored_at - e.time)';
  return one<{ p50: number; p99: number; max: number; ratePerSecond: number }>(
    ground,
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ${lag})::float8 AS p50,
       percentile_cont(0.99) WITHIN GROUP (ORDER BY ${lag})::float8 AS p99, max(${lag})::float8 AS max,
       count(*)::float8 / $2 AS "ratePerSecond"
     FROM event e JOIN batch b ON place_of(e.id) >= b.first_index AND place_of(e.id) < b.tree_size WHERE e.id > $1`,
    [id, SECONDS],
  );
}

export function benchLedger(): Promise<LedgerFigures> {
  return withLedgerGround(async (ground) => {
    const blocks = join(ground.dataDir, 'ledger', 'blocks');
    const empty = ledgerBytes(blocks);
    const { own, raw, batches, memory } = await throughput(ground, { events: EVENTS, consents: CONSENTS }, watch);
    const before = ledgerBytes(blocks);
    const lag = await lagAtRate(ground);
    return {
      eventsPerSecond: own.perSecond,
      rawEventsPerSecond: raw.perSecond,
      ratio: own.perSecond / raw.perSecond,
      batches,
      consentsPerBatch: Math.min(CONSENTS, 5_000),
      cost: own.cost,
      rawCost: raw.cost,
      lag,
      memory,
      bytesPerEvent: {
        atFullBatches: (before - empty) / (2 * EVENTS),
        atThatRate: (ledgerBytes(blocks) - before) / (lag.ratePerSecond * SECONDS),
      },
    };
  });
}

/** The figures to read. */
export function ledgerTable(figures: LedgerFigures): string {
  const { eventsPerSecond, rawEventsPerSecond, ratio, batches, consentsPerBatch, lag, bytesPerEvent } = figures;
  return [
    `backlog of ${EVENTS} events in ${batches} batches, each endorsed by two organisations, ${consentsPerBatch} Consents relied on in each:`,
    `  Holdfast, committed and confirmed   ${eventsPerSecond.toFixed(0)} events/s`,
    `  the same bytes raw                  ${rawEventsPerSecond.toFixed(0)} events/s`,
    `  share of raw                        ${ratio.toFixed(2)}`,
    ...costLines(figures),
    `  on the ledger's disk                ${bytesPerEvent.atFullBatches.toFixed(1)} bytes an event`,
    ...memoryLines(figures.memory),
    `${lag.ratePerSecond.toFixed(0)} events/s for ${SECONDS} s:`,
    `  lag p50 ${lag.p50.toFixed(0)} ms, p99 ${lag.p99.toFixed(0)} ms, max ${lag.max.toFixed(0)} ms`,
    `  on the ledger's disk                ${bytesPerEvent.atThatRate.toFixed(1)} bytes an event`,
  ].join('\n');
}

function costLines({ cost: { worker, ledger, postgres }, rawCost }: LedgerFigures): string[] {
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  return [
    `  processor time for 5,000 events     worker ${ms(worker)}, Postgres ${ms(postgres)}, ledger ${ms(ledger)} (raw ${ms(rawCost.ledger)})`,
  ];
}

const MOST_LINES = 10;

/** At even intervals of the backlog. */
function memoryLines(moments: readonly Moment[]): string[] {
  const step = Math.max(1, Math.ceil(moments.length / MOST_LINES));
  const lines = moments.filter((_, index) => index % step === 0 || index === moments.length - 1);
  return lines.map(
    ({ seconds, anchored, residentMegabytes, heapMegabytes }) =>
      `  after ${seconds.toFixed(1).padStart(5)} s, ${String(anchored).padStart(7)} events: worker ${residentMegabytes.toFixed(0)} MB resident, ${heapMegabytes.toFixed(0)} MB heap`,
  );
}
