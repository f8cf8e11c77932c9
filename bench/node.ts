// `npm run bench -- node`: the embedded ledger node, and a real Fabric network beside it where FABRIC_BIN is set
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Ledger, LedgerError, type PreparedTransaction } from '#libs/ledger';
import { Batches } from './node/batches.js';
import { embeddedLedger, fabricLedger, type LedgerUnderLoad } from './node/ledger-under-load.js';

const TRANSACTIONS = Number(process.env.BENCH_TRANSACTIONS ?? 5_000);
const ONE_BY_ONE = Number(process.env.BENCH_ONE_BY_ONE ?? 500);
const IN_FLIGHT = 24;
const STATUS_TIMEOUT = 30_000;
/** For the node, such as --initial-old-space-size=128. */
const FLAGS = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean);
const MEBIBYTE = 1024 * 1024;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Steps {
  endorse: number;
  submit: number;
  status: number;
}

/** The peer of another organisation may not have the block before yet. */
async function endorsed(ledger: Ledger, batch: object): Promise<PreparedTransaction> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ledger.prepare('append', batch);
    } catch (error) {
      if (!(error instanceof LedgerError) || error.contractCode !== 'GAP' || attempt > 100) throw error;
    }
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
  for (let count = 0; count < ONE_BY_ONE; count += 1) steps.push(await append(under, batches));
  const total = median(steps.map(({ endorse, submit, status }) => endorse + submit + status));
  const part = (name: keyof Steps) => `${name} ${median(steps.map((step) => step[name])).toFixed(2)}`;
  say(`  one by one: ${total.toFixed(2)} ms a submit (${part('endorse')}, ${part('submit')}, ${part('status')})`);
}

async function shownUse(under: LedgerUnderLoad, before: number | undefined, count: number): Promise<string> {
  const [bytes, seconds] = await Promise.all([under.memory(), under.processorSeconds()]);
  if (bytes === undefined || seconds === undefined || before === undefined) return '';
  const each = ((seconds - before) / count) * 1_000;
  return `, ${each.toFixed(2)} ms of processor each, ${(bytes / MEBIBYTE).toFixed(0)} MiB`;
}

async function inFlight(under: LedgerUnderLoad): Promise<void> {
  const sites = Array.from({ length: IN_FLIGHT }, (_, index) => new Batches(`in-flight-${index}`));
  const quarter = Math.ceil(TRANSACTIONS / 4);
  for (let part = 1; part <= 4; part += 1) {
    let left = quarter;
    const before = await under.processorSeconds();
    const start = performance.now();
    const loop = async (batches: Batches) => {
      while (left-- > 0) await append(under, batches);
    };
    await Promise.all(sites.map(loop));
    const perSecond = quarter / ((performance.now() - start) / 1_000);
    const use = await shownUse(under, before, quarter);
    say(`  ${IN_FLIGHT} in flight, ${part * quarter} transactions: ${perSecond.toFixed(0)} a second${use}`);
  }
}

async function measured(open: () => Promise<LedgerUnderLoad>): Promise<void> {
  const under = await open();
  try {
    say(`${under.name}, 7 KB a transaction`);
    await oneByOne(under);
    await inFlight(under);
    if (!under.restart) return;
    const height = await under.ledger.height();
    say(`  restart at ${height} blocks: ${(await under.restart()).toFixed(0)} ms`);
  } finally {
    await under.close();
  }
}

/** Speed by steps and by load, memory, and the time of a restart. */
export async function benchNode(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const { FABRIC_BIN } = process.env;
  try {
    await measured(() => embeddedLedger(join(folder, 'embedded'), FLAGS));
    if (FABRIC_BIN) await measured(() => fabricLedger(join(folder, 'fabric'), FABRIC_BIN));
    else say('With FABRIC_BIN set a real network is measured beside it.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
