// A backlog through the worker, and the same bytes through the gateway client alone, by turns: a machine is not equally fast for long
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConnection } from '#libs/fabric-network';
import { connectLedger, type Ledger } from '#libs/ledger';
import { addConsents, addEvents, argumentsOf } from './ledger-events.js';
import { anchored, eventsOf, type LedgerGround, one, secondsOf, stop } from './ledger-ground.js';

/** Events of one turn. */
const TURN = 50_000;
const BATCH = 5_000;

/** Processor milliseconds for one batch of 5,000 events. */
export interface Cost {
  worker: number;
  ledger: number;
  postgres: number;
}

interface Spent extends Cost {
  seconds: number;
}

const NONE: Spent = { worker: 0, ledger: 0, postgres: 0, seconds: 0 };

async function spentSoFar(ground: LedgerGround, worker: ChildProcess): Promise<Spent> {
  return { ...(await ground.processorSeconds()), worker: secondsOf(worker.pid), seconds: performance.now() / 1_000 };
}

/** What `work` takes, on top of `sum`. */
async function plus(sum: Spent, spent: () => Promise<Spent>, work: () => Promise<void>): Promise<Spent> {
  const before = await spent();
  await work();
  const after = await spent();
  const of = (name: keyof Spent) => sum[name] + after[name] - before[name];
  return { worker: of('worker'), ledger: of('ledger'), postgres: of('postgres'), seconds: of('seconds') };
}

/** Until the worker has followed all blocks, those of the raw turn too. */
async function followed(ground: LedgerGround, ledger: Ledger): Promise<void> {
  const height = await ledger.height();
  const sql = 'SELECT EXISTS (SELECT FROM ledger_checkpoint WHERE block_number + 1 >= $1) AS done';
  while (!(await one<{ done: boolean }>(ground, sql, [height.toString()])).done) await sleep(20);
}

/** Endorse, submit, wait; one after the other, as a log must be. */
async function raw(ledger: Ledger, batches: Awaited<ReturnType<typeof argumentsOf>>): Promise<void> {
  for (const argument of batches) {
    const { txId, envelope } = await ledger.prepare('append', argument);
    await ledger.submit(envelope, txId);
    const status = await ledger.status(txId, 10_000);
    if (status?.code !== 'VALID') throw new Error(`a raw batch is ${status?.code}`);
  }
}

function result({ seconds, worker, ledger, postgres }: Spent, events: number) {
  const perBatch = (of: number) => (1_000 * of * BATCH) / events;
  const cost = { worker: perBatch(worker), ledger: perBatch(ledger), postgres: perBatch(postgres) };
  return { perSecond: events / seconds, cost };
}

/** Both, and what was seen of the worker meanwhile. It is held while others work, so that it has nothing to do with their figures. */
export async function throughput<Moment>(
  ground: LedgerGround,
  { events, consents: number }: { events: number; consents: number },
  watch: (ground: LedgerGround) => { moments: Moment[]; stop: () => void },
) {
  const consents = await addConsents(ground, number);
  const ledger = await connectLedger(await readConnection(join(ground.dataDir, 'ledger')));
  const worker = await ground.startWorker();
  const spent = () => spentSoFar(ground, worker);
  const watching = watch(ground);
  await anchored(ground, await eventsOf(ground));
  let [own, other, added] = [NONE, NONE, number];
  while (added < events) {
    await followed(ground, ledger);
    worker.kill('SIGSTOP');
    const part = Math.min(TURN, events - added);
    await addEvents(ground, part, consents);
    const total = await eventsOf(ground);
    own = await plus(own, spent, async () => {
      worker.kill('SIGCONT');
      await anchored(ground, total);
    });
    worker.kill('SIGSTOP');
    const batches = await argumentsOf(ground, 'raw', added === number ? 0 : added);
    other = await plus(other, spent, () => raw(ledger, batches));
    worker.kill('SIGCONT');
    added += part;
  }
  watching.stop();
  ledger.close();
  await stop(worker);
  const { batches } = await one<{ batches: number }>(ground, 'SELECT count(*)::int AS batches FROM batch');
  return { own: result(own, events - number), raw: result(other, events), batches, memory: watching.moments };
}
