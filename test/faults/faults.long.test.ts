// The full figures of the issue "Nothing lost on the way to the ledger". `npm run test:long`; prints what it measured
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeEvent } from '#libs/evidence';
import { fileMasterKey, openStore } from '#libs/store';
import { Chance } from './chance.js';
import { judge, type Verdict } from './checker.js';
import { InstallationUnderTest, SITE } from './installation.js';
import { killAtRandom } from './kills.js';
import { type Entry, Load } from './load.js';
import type { ProgramName } from './programs.js';
import { LedgerRelay } from './relay.js';
import { killAtSteps, LOST_ANSWERS, STEPS, startRelayed } from './steps.js';

const SEED = Number(process.env.FAULT_SEED ?? 1);
const KILLS = Number(process.env.FAULT_KILLS ?? 100);
const AWAY_SECONDS = Number(process.env.FAULT_AWAY_SECONDS ?? 180);
const BACKLOG = Number(process.env.FAULT_BACKLOG ?? 100_000);
const HOUR = 3_600_000;

let installation: InstallationUnderTest;
let load: Load | undefined;
beforeEach(async () => {
  installation = await InstallationUnderTest.open();
}, 120_000);
afterEach(async () => {
  await load?.stop();
  await installation.close();
});

function tell(what: string, { faults, ...figures }: Verdict, more: object): void {
  process.stderr.write(`${what}: ${JSON.stringify({ ...figures, ...more, faults: faults.length })}\n`);
}

function progress(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

const answered = (diary: readonly Entry[]) => diary.filter(({ status }) => status !== undefined && status < 500).length;

/** Resident megabytes of a process, where /proc tells. */
function residentMegabytes(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Events as the server records them, without its answers. */
async function addEvents(number: number): Promise<void> {
  const masterKey = await fileMasterKey(join(installation.dataDir, 'keys', 'master.key'));
  const migrations = join(import.meta.dirname, '../../migrations');
  const store = await openStore({ url: installation.database.url, masterKey, migrations, poolSize: 4 });
  const draft = { action: 'read', decision: 'permit', outcome: 200, client: 'ehr', definitions: 'r4' } as const;
  for (let done = 0; done < number; done += 1_000) {
    const time = await store.time();
    const some = Array.from({ length: Math.min(1_000, number - done) }, () => makeEvent(draft, SITE, time));
    await store.record(some.map((event) => ({ event, decision: 'permit', time, patients: [] })));
  }
  await store.close();
}

describe('nothing is lost, doubled or out of order', () => {
  it(
    `when programs are killed with SIGKILL at ${KILLS} random moments under load`,
    async () => {
      load = new Load(installation, SEED, 6);
      await sleep(1_000);
      const kills = await killAtRandom(installation, KILLS, new Chance(SEED), (done) => {
        if (done % 10 === 0) progress(`${done} of ${KILLS} kills, ${load!.diary.length} requests`);
      });
      await sleep(2_000);
      const diary = await load.stop();
      const drain = await installation.drained(120);
      const verdict = await judge(installation, diary);
      tell(`${KILLS} kills, seed ${SEED}`, verdict, {
        kills,
        requests: diary.length,
        answered: answered(diary),
        drain,
      });
      expect(verdict.faults).toEqual([]);
    },
    HOUR,
  );

  it(
    'when the worker is killed with SIGKILL at each step on the way, and answers are lost',
    async () => {
      const { programs } = installation;
      load = new Load(installation, SEED + 3, 4, 10);
      await programs['anchor-worker'].says('leads');
      const relay = await LedgerRelay.open(installation.dataDir);
      try {
        await startRelayed(installation, relay, true);
        await killAtSteps(installation, relay, STEPS.slice(0, 2), false);
        await killAtSteps(installation, relay, STEPS, true);
        for (const step of LOST_ANSWERS) await step.at(relay, installation);
        const diary = await load.stop();
        const drain = await installation.drained(120);
        const verdict = await judge(installation, diary);
        const steps = STEPS.map(({ name }) => name);
        tell(`${STEPS.length + 2} kills at ${STEPS.length} steps`, verdict, {
          answered: answered(diary),
          drain,
          steps,
        });
        expect(verdict.faults).toEqual([]);
      } finally {
        await relay.close();
      }
    },
    HOUR,
  );

  it.each<ProgramName>(['fhir-server', 'anchor-worker'])(
    'when the clock of the program %s jumps under load, and is 20 minutes ahead or behind',
    async (name) => {
      const program = installation.programs[name];
      await program.kill('SIGTERM');
      program.start(await installation.clock(name, 0));
      await program.says('ready');
      load = new Load(installation, SEED + 4, 4, 5);
      for (const minutes of [20, -20, 0, -20, 20]) {
        await installation.clock(name, minutes);
        await sleep(4_000);
      }
      const diary = await load.stop();
      await installation.clock(name, 0);
      const drain = await installation.drained(120);
      const verdict = await judge(installation, diary);
      tell(`clock of ${name} off`, verdict, { answered: answered(diary), drain });
      expect(diary.filter(({ status }) => status === undefined || status >= 500)).toEqual([]);
      expect(verdict.faults).toEqual([]);
    },
    HOUR,
  );

  it(
    `when the ledger is down for ${AWAY_SECONDS} s under load`,
    async () => {
      const { programs } = installation;
      load = new Load(installation, SEED + 1, 4, 20);
      await sleep(2_000);
      await programs['ledger-node'].kill();
      const [before] = await installation.sql<{ count: string }>('SELECT count(*) FROM event');
      for (let away = 0; away < AWAY_SECONDS; away += 10) {
        progress(`the ledger is away for ${away} s, ${load.diary.length} requests`);
        await sleep(Math.min(10, AWAY_SECONDS - away) * 1_000);
      }
      const [after] = await installation.sql<{ count: string }>('SELECT count(*) FROM event');
      programs['ledger-node'].start();
      const back = Date.now();
      await programs['ledger-node'].says('ready');
      await sleep(1_000);
      const diary = await load.stop();
      const drain = await installation.drained(300);
      const verdict = await judge(installation, diary);
      const queued = Number(after!.count) - Number(before!.count);
      const caughtUp = (Date.now() - back) / 1_000;
      tell(`ledger down ${AWAY_SECONDS} s`, verdict, { queued, intake: queued / AWAY_SECONDS, caughtUp, drain });
      const refused = diary.filter(({ status }) => status === undefined || status >= 500);
      expect(refused).toEqual([]);
      expect(caughtUp).toBeLessThan(AWAY_SECONDS);
      expect(verdict.faults).toEqual([]);
    },
    HOUR,
  );

  it(
    `when ${BACKLOG} events wait, which drain faster than they came, in flat memory and in their order`,
    async () => {
      const { programs } = installation;
      await programs['anchor-worker'].kill('SIGTERM');
      const filling = Date.now();
      await addEvents(BACKLOG);
      const filled = (Date.now() - filling) / 1_000;
      programs['anchor-worker'].start();
      await programs['anchor-worker'].says('leads');
      const megabytes: number[] = [];
      const watch = setInterval(() => {
        megabytes.push(residentMegabytes(programs['anchor-worker'].pid));
        if (megabytes.length % 8 === 0) progress(`worker ${megabytes.at(-1)!.toFixed(0)} MB resident`);
      }, 250);
      const seconds = await installation.drained(300);
      clearInterval(watch);
      const verdict = await judge(installation);
      const memory = { first: megabytes[4], most: Math.max(...megabytes), last: megabytes.at(-1) };
      tell(`backlog ${BACKLOG}`, verdict, { filled, seconds, perSecond: BACKLOG / seconds, memory });
      expect(verdict.faults).toEqual([]);
    },
    HOUR,
  );

  it(
    'when two workers run and the one that leads is killed again and again',
    async () => {
      const { programs, secondWorker } = installation;
      load = new Load(installation, SEED + 2, 3, 10);
      secondWorker.start();
      await secondWorker.says('ready');
      const takeovers: number[] = [];
      for (const [leader, other] of [
        [programs['anchor-worker'], secondWorker],
        [secondWorker, programs['anchor-worker']],
      ] as const) {
        await sleep(2_000);
        await leader.kill();
        const from = Date.now();
        await other.says('leads', 30);
        takeovers.push((Date.now() - from) / 1_000);
        leader.start();
        await leader.says('ready');
      }
      const diary = await load.stop();
      await installation.drained(60);
      const verdict = await judge(installation, diary);
      tell('two workers', verdict, { takeovers });
      expect(verdict.faults).toEqual([]);
    },
    HOUR,
  );
});
