// The worker as a program: killed at random, stopped, doubled, and without its ledger
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../ledger-node/test/child-process.js';
import { testLedger } from '../../ledger-node/test/test-ledger.js';
import { readPin } from '../src/installation/pin-file.js';
import { SITE, TestSite } from './site.js';

const MAIN = join(import.meta.dirname, '../../../dist/apps/anchor-worker/src/main.js');

let site: TestSite;
const running = new Set<WorkerProcess>();

class WorkerProcess {
  readonly said: { msg: string; level?: number; reason?: string }[] = [];
  private readonly child: ChildProcess;

  constructor(variables: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH, DATABASE_URL: site.databaseUrl, DATA_DIR: site.dataDir, SITE, ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.said.push(JSON.parse(line)));
    running.add(this);
  }

  async says(message: string): Promise<void> {
    await until(() => this.said.some(({ msg }) => msg.includes(message)), `the worker says ${message}`);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    running.delete(this);
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
    return this.child.exitCode;
  }
}

async function until(holds: () => boolean | Promise<boolean>, what: string, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(25);
  }
}

const unanchored = async () => {
  const [row] = await site.database.query<{ count: string }>(
    `SELECT count(*) - (SELECT coalesce(max(tree_size), 0) FROM batch WHERE block IS NOT NULL) AS count FROM event`,
  );
  return Number(row!.count);
};
const lastWords = () => [...running].map((worker) => JSON.stringify(worker.said.at(-1))).join();
const allAnchored = async () => {
  await until(async () => (await unanchored()) === 0, 'all events are anchored', 60).catch((error: Error) => {
    throw new Error(`${error.message}; the workers' last words: ${lastWords()}`);
  });
};
const faults = async () => site.faults((await readPin(site.dataDir))!, 5);

beforeAll(async () => {
  site = await TestSite.open();
});
afterEach(async () => {
  for (const worker of running) await worker.end('SIGKILL');
  await site.database.query('DELETE FROM lease');
});
afterAll(() => site.close());

describe('the worker', () => {
  it('says ready, anchors what is recorded within a second, and stops on SIGTERM with exit code 0', async () => {
    const worker = new WorkerProcess();
    await worker.says('ready');
    await worker.says('leads');
    const from = Date.now();
    await site.addEvents(20);
    await allAnchored();
    // A lease that is not given back lasts 15 s; on a busy machine a worker takes some of them to start.
    expect(Date.now() - from).toBeLessThan(12_000);
    const stopping = Date.now();
    expect(await worker.end('SIGTERM')).toBe(0);
    expect(Date.now() - stopping).toBeLessThan(2_000);
    expect(await faults()).toEqual([]);
  });

  it('gives its lease back when it stops, so that the next one leads at once', async () => {
    const first = new WorkerProcess();
    await first.says('leads');
    await first.end('SIGTERM');
    const from = Date.now();
    const second = new WorkerProcess();
    await second.says('leads');
    expect(Date.now() - from).toBeLessThan(5_000);
  });

  it('loses and doubles nothing when it is killed with SIGKILL at random moments under load', async () => {
    let loading = true;
    const load = (async () => {
      for (let events = 0; loading && events < 1_500; events += 10) {
        await site.addEvents(10);
        await sleep(30);
      }
    })();
    try {
      for (let time = 0; time < 6; time += 1) {
        const worker = new WorkerProcess();
        await worker.says('leads');
        await sleep(50 + 90 * time);
        await worker.end('SIGKILL');
        await site.database.query('DELETE FROM lease');
      }
    } finally {
      loading = false;
      await load;
    }
    const last = new WorkerProcess();
    await last.says('leads');
    await allAnchored();
    expect(await faults()).toEqual([]);
  }, 180_000);

  it('of which two run leads once; when the leader is killed the other takes over in less than 30 s', async () => {
    const one = new WorkerProcess();
    await one.says('leads');
    const two = new WorkerProcess();
    await two.says('ready');
    await site.addEvents(10);
    await allAnchored();
    await one.end('SIGKILL');
    await site.addEvents(10);
    const from = Date.now();
    await two.says('leads');
    expect(Date.now() - from).toBeLessThan(30_000);
    await allAnchored();
    expect(await faults()).toEqual([]);
  }, 180_000);

  it('keeps the events while the ledger is away, says so once, and goes on when it is back', async () => {
    const worker = new WorkerProcess();
    await worker.says('leads');
    const { port } = site.net.node;
    await site.net.close();
    await site.addEvents(12);
    await worker.says('events wait');
    await sleep(2_000);
    await site.addEvents(12);
    expect(await unanchored()).toBe(24);
    site.net = await testLedger({ contractAddress: site.contract.address, folder: join(site.dataDir, 'ledger'), port });
    await worker.says('events go to the ledger again');
    await allAnchored();
    expect(worker.said.filter(({ msg }) => msg.startsWith('events wait')).length).toBeLessThan(4);
    expect(await faults()).toEqual([]);
  }, 180_000);

  it('is ready where the ledger is away when it starts, whatever its log level, and anchors when that is back', async () => {
    const { port } = site.net.node;
    await site.net.close();
    const worker = new WorkerProcess({ LOG_LEVEL: 'error' });
    await worker.says('ready');
    await site.addEvents(6);
    site.net = await testLedger({ contractAddress: site.contract.address, folder: join(site.dataDir, 'ledger'), port });
    await allAnchored();
    expect(worker.said.map(({ msg }) => msg)).toEqual(['ready']);
    expect(await faults()).toEqual([]);
  }, 180_000);

  it('keeps the events while the contract is away', async () => {
    const worker = new WorkerProcess();
    await worker.says('leads');
    await site.contract.stop('SIGKILL');
    await site.addEvents(5);
    await worker.says('events wait');
    await site.contract.start();
    await allAnchored();
    expect(await faults()).toEqual([]);
  }, 180_000);

  it('refuses to run, in one sentence, when its pin names another site', async () => {
    const worker = new WorkerProcess({ SITE: 'site-b' });
    await worker.says('The anchor worker cannot run: pin.json');
    expect(await worker.end('SIGTERM')).toBe(1);
  });

  it('refuses to run, in one sentence, on a database that belongs to another ledger', async () => {
    const { query } = site.database;
    const [bound] = await query<{ genesis: string }>('SELECT genesis FROM installation');
    expect(bound!.genesis).toBe((await readPin(site.dataDir))!.genesis);
    await query(`UPDATE installation SET genesis = 'another'`);
    const worker = new WorkerProcess();
    await worker.says('The anchor worker cannot run: this database belongs to another ledger');
    await query('UPDATE installation SET genesis = $1', [bound!.genesis]);
    expect(await worker.end('SIGTERM')).toBe(1);
  });

  it('serves its lag and counters', async () => {
    const port = await freePort();
    const worker = new WorkerProcess({ METRICS_PORT: String(port) });
    await worker.says('leads');
    await site.addEvents(4);
    await allAnchored();
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toMatch(/holdfast_anchor_events_total 4/);
    expect(text).toMatch(/holdfast_anchor_lag_seconds \d/);
    expect(text).toMatch(/holdfast_anchor_leader 1/);
  });
});
