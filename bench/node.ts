// `npm run bench -- node`: the embedded ledger node, and a real Fabric network beside it where FABRIC_BIN is set
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ledger, LedgerError, type PreparedTransaction } from '#libs/ledger';
import { BATCH_HEAP_FLAGS } from '../apps/holdfast/src/up/services.js';
import { Batches } from './node/batches.js';
import { embeddedLedger, fabricLedger, type LedgerUnderLoad } from './node/ledger-under-load.js';

const TRANSACTIONS = Number(process.env.BENCH_TRANSACTIONS ?? 100_000);
/** Beside it, on a real network: enough for its speed. */
const FABRIC_TRANSACTIONS = Math.min(TRANSACTIONS, 5_000);
const INTERVALS = 10;
const ONE_BY_ONE = Number(process.env.BENCH_ONE_BY_ONE ?? 500);
const IN_FLIGHT = 24;
const STATUS_TIMEOUT = 30_000;
const words = (text: string) => text.split(' ').filter(Boolean);
const flags = (variable: string) => {
  const given = process.env[variable];
  return given === undefined ? BATCH_HEAP_FLAGS : words(given);
};
/** Those with which `holdfast up` starts the programs, unless others are given. */
const FLAGS = { node: flags('BENCH_NODE_FLAGS'), contract: flags('BENCH_CONTRACT_FLAGS') };
const MEBIBYTE = 1024 * 1024;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Steps {
  endorse: number;
  submit: number;
  status: number;
}

const BEHIND_AT_MOST = 10_000;

/** A peer that has not the block before yet answers GAP, or otherwise than the others. */
function isBehind(error: unknown): boolean {
  if (!(error instanceof LedgerError)) return false;
  return error.contractCode === 'GAP' || error.message.includes('ProposalResponsePayloads do not match');
}

/** Real peers commit each in its own time: until all have the block before, one asks again. That time counts as endorsing. */
async function endorsed(ledger: Ledger, batch: object): Promise<PreparedTransaction> {
  const end = performance.now() + BEHIND_AT_MOST;
  for (;;) {
    try {
      return await ledger.prepare('append', batch);
    } catch (error) {
      if (!isBehind(error) || performance.now() > end) throw error;
    }
    await sleep(5);
  }
}

async function append({ ledger }: LedgerUnderLoad, batches: Batches): Promise<Steps> {
  const batch = batches.next();
  const start = performance.now();
  const { txId, envelope } = await endorsed(ledger, batch);
  const prepared = performance.now();
  await ledger.submit(envelope, txId);
  const submitted = performance.now();
  const status = await ledger.status(txId, STATUS_TIMEOUT);
  if (status?.code !== 'VALID') throw new Error(`a batch became ${status?.code}`);
  return { endorse: prepared - start, submit: submitted - prepared, status: performance.now() - submitted };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function oneByOne(under: LedgerUnderLoad): Promise<void> {
  const batches = new Batches('one-by-one');
  for (let count = 0; count < 50; count += 1) await append(under, batches);
  const steps: Steps[] = [];
  const before = await under.processorSeconds();
  for (let count = 0; count < ONE_BY_ONE; count += 1) steps.push(await append(under, batches));
  const total = median(steps.map(({ endorse, submit, status }) => endorse + submit + status));
  const part = (name: keyof Steps) => `${name} ${median(steps.map((step) => step[name])).toFixed(2)}`;
  const each = await processorEach(under, before, ONE_BY_ONE);
  say(
    `  one by one: ${total.toFixed(2)} ms a submit (${part('endorse')}, ${part('submit')}, ${part('status')}), ${each}`,
  );
}

/** Milliseconds of processor that each program used for one of `count` transactions since `before`. */
async function processorEach(
  under: LedgerUnderLoad,
  before: Record<string, number | undefined>,
  count: number,
): Promise<string> {
  const now = Object.entries(await under.processorSeconds());
  const used = now.map(([name, seconds = Number.NaN]) => [name, ((seconds - before[name]!) / count) * 1_000] as const);
  const total = used.reduce((sum, [, each]) => sum + each, 0);
  return `${total.toFixed(2)} ms of processor each (${used.map(([name, each]) => `${name} ${each.toFixed(2)}`).join(', ')})`;
}

const mebibytes = (bytes: number) => (Number.isNaN(bytes) ? '?' : (bytes / MEBIBYTE).toFixed(0));

/** One interval: what was done in it a second. Gives the memory of the nodes at its end. */
async function interval(under: LedgerUnderLoad, sites: readonly Batches[], count: number): Promise<[string, number]> {
  let left = count;
  const start = performance.now();
  const loop = async (batches: Batches) => {
    while (left-- > 0) await append(under, batches);
  };
  await Promise.all(sites.map(loop));
  const perSecond = count / ((performance.now() - start) / 1_000);
  const bytes = (await under.memory()) ?? Number.NaN;
  return [`${perSecond.toFixed(0)} a second, memory ${mebibytes(bytes)} MiB`, bytes];
}

async function inFlight(under: LedgerUnderLoad, transactions: number): Promise<void> {
  const sites = Array.from({ length: IN_FLIGHT }, (_, index) => new Batches(`in-flight-${index}`));
  const count = Math.ceil(transactions / INTERVALS);
  const start = performance.now();
  const memory: number[] = [];
  const before = await under.processorSeconds();
  for (let part = 1; part <= INTERVALS; part += 1) {
    const [shown, bytes] = await interval(under, sites, count);
    memory.push(bytes);
    say(`  ${IN_FLIGHT} in flight, after ${part * count} transactions: ${shown}`);
  }
  const perSecond = (count * INTERVALS) / ((performance.now() - start) / 1_000);
  const each = await processorEach(under, before, count * INTERVALS);
  say(`  ${IN_FLIGHT} in flight, all ${count * INTERVALS}: ${perSecond.toFixed(0)} a second, ${each}`);
  const growth = ((memory.at(-1)! - memory[0]!) / MEBIBYTE).toFixed(0);
  say(`  memory from the first interval to the last: ${memory.map(mebibytes).join(' ')} MiB, ${growth} MiB more`);
}

/** A node answers for the first time only when it has read all of its blocks. */
async function restarts(under: LedgerUnderLoad): Promise<void> {
  if (!under.restart) return;
  const height = await under.ledger.height();
  const times = [await under.restart(), await under.restart(), await under.restart()];
  say(`  restart at ${height} blocks: ${times.map((time) => time.toFixed(0)).join(', ')} ms`);
}

async function measured(open: () => Promise<LedgerUnderLoad>, transactions: number): Promise<void> {
  const under = await open();
  try {
    say(`${under.name}, 7 KB a transaction`);
    await oneByOne(under);
    await inFlight(under, transactions);
    await restarts(under);
  } finally {
    await under.close();
  }
}

/** Speed by steps and by load, memory, and the time of a restart. */
export async function benchNode(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const { FABRIC_BIN } = process.env;
  try {
    await measured(() => embeddedLedger(join(folder, 'embedded'), FLAGS), TRANSACTIONS);
    if (FABRIC_BIN) await measured(() => fabricLedger(join(folder, 'fabric'), FABRIC_BIN), FABRIC_TRANSACTIONS);
    else say('With FABRIC_BIN set a real network is measured beside it.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
