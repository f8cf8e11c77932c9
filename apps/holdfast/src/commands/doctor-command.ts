import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { backlog, type Refused, refusedForGood, type Store } from '#libs/store';
import { type Config, readConfig } from '../config.js';
import { openRunningStore } from '../installation.js';
import { isListening } from '../process/ports.js';
import { lockHolder } from '../up/lock.js';
import { type RunFile, readRunFile } from '../up/run-file.js';
import { blobFindings } from './blob-findings.js';
import { moveFindings } from './move-findings.js';

/** One thing looked at: what was found, and whether it is as it should be. */
interface Finding {
  good: boolean;
  sentence: string;
}

const MOST_COUNTED = 100_000;
const LAG_SECONDS = 60;

function finding(good: boolean, right: string, wrong: string): Finding {
  return { good, sentence: good ? right : wrong };
}

function keyFindings(config: Config): Finding[] {
  return ['master.key', 'checkpoint.pem', 'token.jwk']
    .map((name) => join(config.dataDir, 'keys', name))
    .filter((file) => existsSync(file))
    .map((file) =>
      finding((statSync(file).mode & 0o077) === 0, `${file} is for its owner only.`, `${file} can be read by others.`),
    );
}

async function portFindings({ ports }: RunFile): Promise<Finding[]> {
  const names = { api: 'The FHIR server', ledger: 'The ledger', contract: 'The contract', postgres: 'Postgres' };
  const all = Object.entries(ports) as [keyof typeof names, number][];
  // On a network that others run only its gateway can be asked, which stands for the contract, too.
  const known = all.filter(([part]) => part !== 'contract' || ports.contract !== ports.ledger);
  return Promise.all(
    known.map(async ([part, port]) =>
      finding(
        await isListening(port),
        `${names[part]} listens on port ${port}.`,
        `${names[part]} does not answer on port ${port}.`,
      ),
    ),
  );
}

async function storeFindings(store: Store): Promise<Finding[]> {
  const { events, oldestSeconds } = await backlog((sql, values) => store.dataSource.query(sql, values), MOST_COUNTED);
  const seconds = Math.round(oldestSeconds);
  const lag = finding(
    oldestSeconds < LAG_SECONDS,
    events === 0 ? 'All events are on the ledger.' : `${events} events wait for the ledger, ${seconds} s at most.`,
    `${events} events wait for the ledger, the oldest for ${seconds} s: see logs/anchor-worker.log.`,
  );
  const faults = await store.check();
  const whole = finding(faults.length === 0, 'The database agrees with itself.', JSON.stringify(faults));
  return [lag, whole, ...refusedFindings(await refusedForGood((sql, values) => store.dataSource.query(sql, values)))];
}

/** What the ledger will never take, each by name. */
function refusedFindings({ events, consents }: Refused): Finding[] {
  const parked = events.map(
    ({ event, leafIndex, reason }) =>
      `Event ${event} is PARKED: the ledger refused it (${reason}), and leaf ${leafIndex} of the log commits to it in its place.`,
  );
  const left = consents.map(
    ({ handle, version, reason }) =>
      `Version ${version} of the Consent that the ledger knows as ${handle} is not on the ledger: refused (${reason}).`,
  );
  return [...parked, ...left].map((sentence) => ({ good: false, sentence }));
}

async function runningFindings(config: Config): Promise<Finding[]> {
  const pid = lockHolder(config.dataDir);
  const running = readRunFile(config.dataDir);
  if (pid === undefined || running === undefined) {
    return [{ good: true, sentence: 'It does not run, so that nothing more can be looked at.' }];
  }
  const store = await openRunningStore(config);
  try {
    const parts = await portFindings(running);
    const found = [...parts, ...(await storeFindings(store)), ...(await blobFindings(store, config))];
    return [{ good: true, sentence: `It runs as process ${pid}.` }, ...found];
  } finally {
    await store.close();
  }
}

/** Looks at an installation without changing it. */
async function examine(config: Config): Promise<Finding[]> {
  if (!existsSync(config.dataDir)) return [{ good: false, sentence: `There is no installation in ${config.dataDir}.` }];
  return [...keyFindings(config), ...moveFindings(config.dataDir), ...(await runningFindings(config))];
}

/** `doctor`: says what is well and what is not; exit code 1 when something is not. */
export function doctorCommand(command: Command): Command {
  return command.action(async () => {
    const findings = await examine(readConfig());
    for (const { good, sentence } of findings) process.stdout.write(`${good ? 'good ' : 'WRONG'}  ${sentence}\n`);
    process.exitCode = findings.every(({ good }) => good) ? 0 : 1;
  });
}
