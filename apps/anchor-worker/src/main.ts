// Takes events from the outbox to the ledger: one process per site leads, others wait to take over
import { pino } from 'pino';
import { bindLedger, NEW_CONSENT, OtherLedger } from '#libs/store';
import { Anchorer } from './anchor/anchorer.js';
import { ConsentAnchorer } from './anchor/consent-anchorer.js';
import { type Config, readConfig } from './config.js';
import { type Database, hasTables, openDatabase } from './database.js';
import { FailureLog } from './failure.js';
import type { Doubt } from './follow/block-facts.js';
import { Follower } from './follow/follower.js';
import { OpenedBlocks } from './follow/opened-blocks.js';
import { type Installation, openInstallation } from './installation/installation.js';
import { readPin } from './installation/pin-file.js';
import { Leadership } from './leadership.js';
import { metrics, serveMetrics } from './metrics.js';
import { pause } from './pause.js';
import { Wake } from './wake.js';
import { Worker } from './worker.js';

/** The ledger refuses proposals older than 15 minutes; what it has had for so long it will not take any more. */
const PATIENCE = { statusMs: 10_000, deadAfterSeconds: 15 * 60 };
/** What is under way when the worker is told to stop gets so long. Everything is saved, so it may be cut off at any step. */
const STOP_WITHIN_MS = 1_500;
const TABLES_MS = 250;

/** Waits until the server has made the database, and binds it to this ledger. Throws OtherLedger when it belongs to another. */
async function untilBound(
  database: Database,
  genesis: string,
  failures: FailureLog,
  signal: AbortSignal,
): Promise<void> {
  const { query } = database;
  while (!signal.aborted) {
    try {
      if ((await hasTables(query)) && (await bindLedger(query, genesis))) return;
    } catch (error) {
      if (error instanceof OtherLedger) throw error;
      failures.tell(error);
    }
    await pause(TABLES_MS, signal);
  }
}

async function work(
  config: Config,
  database: Database,
  installation: Installation,
  log: pino.Logger,
  signal: AbortSignal,
) {
  const { query, transact } = database;
  const { ledger, pin, key } = installation;
  const wake = { events: new Wake(config.databaseUrl), consents: new Wake(config.databaseUrl, NEW_CONSENT) };
  const consents = new ConsentAnchorer({ query, transact, ledger, pin, patience: PATIENCE });
  const blocks = new OpenedBlocks(pin);
  const anchored = (events: number) => metrics.anchored(events);
  const anchorer = new Anchorer({ query, transact, ledger, pin, key, patience: PATIENCE, consents, blocks, anchored });
  const doubted = ({ block, ...doubt }: Doubt) =>
    log.warn({ block: block.toString(), ...doubt }, 'the ledger holds a transaction VALID that proves nothing here');
  const follower = new Follower({ query, transact, ledger, pin, blocks, doubted });
  const leadership = new Leadership(query);
  const worker = new Worker({ query, leadership, anchorer, consents, follower, wake, log });
  try {
    await worker.run(signal);
  } finally {
    await wake.events.close();
    await wake.consents.close();
    ledger.close();
  }
}

/** Whoever started the worker waits for this line, whatever the log's level. */
function sayReady(site: string): void {
  process.stdout.write(`${JSON.stringify({ level: 30, site, msg: 'ready' })}\n`);
}

async function run(config: Config, log: pino.Logger, signal: AbortSignal): Promise<void> {
  const failures = new FailureLog(log);
  const { dataDir, site, ledgerOperator: operator } = config;
  const facts = { dataDir, site, operator };
  // At the first start there is no pin without the ledger. Later its absence keeps nobody from writing: events queue.
  let isReady = false;
  const hasPin = (await readPin(dataDir)) !== undefined;
  const waiting = (error: Error) => {
    failures.tell(error);
    if (hasPin && !isReady) sayReady(site);
    isReady ||= hasPin;
  };
  const installation = await openInstallation(facts, signal, waiting);
  if (installation === undefined) return;
  failures.clear();
  const server = config.metricsPort === undefined ? undefined : serveMetrics(config.metricsPort);
  const database = openDatabase(config.databaseUrl);
  if (!isReady) sayReady(site);
  await untilBound(database, installation.pin.genesis, failures, signal);
  await work(config, database, installation, log, signal);
  server?.close();
  await database.close();
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel, base: undefined });
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      log.info('stopping');
      stop.abort();
      setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
    });
  }
  await run(config, log, stop.signal);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const reason = error instanceof Error ? error.message : 'unknown';
    process.stdout.write(`${JSON.stringify({ level: 60, msg: `The anchor worker cannot run: ${reason}.` })}\n`);
    process.exit(1);
  },
);
