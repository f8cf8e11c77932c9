// The faults of the issue "Nothing lost on the way to the ledger", as a sample with a fixed seed. All figures: faults.long.test.ts
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Chance } from './chance.js';
import { judge } from './checker.js';
import { InstallationUnderTest } from './installation.js';
import { killAtRandom } from './kills.js';
import { Load } from './load.js';
import { LedgerRelay } from './relay.js';
import { killAtSteps, LOST_ANSWERS, NAMED_STEPS, startRelayed } from './steps.js';

const SEED = 20_261_121;

let installation: InstallationUnderTest;
let load: Load | undefined;
beforeEach(async () => {
  installation = await InstallationUnderTest.open();
}, 120_000);
afterEach(async () => {
  await load?.stop();
  await installation.close();
});

describe('nothing is lost, doubled or out of order', () => {
  it('when programs are killed with SIGKILL at random moments under load', async () => {
    load = new Load(installation, SEED, 4);
    await sleep(1_000);
    await killAtRandom(installation, 10, new Chance(SEED));
    await sleep(1_000);
    const diary = await load.stop();
    await installation.drained(90);
    expect(diary.filter(({ status }) => status === 200 || status === 201).length).toBeGreaterThan(50);
    expect((await judge(installation, diary)).faults).toEqual([]);
  }, 240_000);

  it('when the worker is killed with SIGKILL before it submits, after it, and before it marks; answers lost; an envelope sent three times', async () => {
    load = new Load(installation, SEED + 2, 3, 10);
    await installation.programs['anchor-worker'].says('leads');
    const relay = await LedgerRelay.open(installation.dataDir);
    try {
      await startRelayed(installation, relay, true);
      await killAtSteps(installation, relay, NAMED_STEPS, true);
      for (const step of LOST_ANSWERS) await step.at(relay, installation);
      const diary = await load.stop();
      await installation.drained(60);
      expect((await judge(installation, diary)).faults).toEqual([]);
      // The judge misses no answer and no event: one that is hidden from it, or shown twice, is named.
      const seen = diary.find(({ kind, status }) => kind === 'read' && status === 200)!;
      const without = await judge(
        installation,
        diary.filter((entry) => entry !== seen),
      );
      expect(without.faults).toEqual([expect.stringContaining('belongs to no request')]);
      const twice = await judge(installation, [...diary, seen]);
      expect(twice.faults).toContainEqual(expect.stringContaining('has no event of its own'));
    } finally {
      await relay.close();
    }
  }, 240_000);

  it('when the ledger is away under load, a worker whose clock is 20 minutes off takes over, and the clock of the API jumps', async () => {
    const { programs } = installation;
    const clock = await installation.clock('api', 20);
    await programs['fhir-server'].kill('SIGTERM');
    programs['fhir-server'].start(clock);
    await programs['fhir-server'].says('ready');
    load = new Load(installation, SEED + 1, 3, 5);
    await sleep(1_000);
    await programs['ledger-node'].kill();
    await sleep(1_500);
    await installation.clock('api', -20);
    await sleep(1_500);
    await programs['anchor-worker'].kill('SIGTERM');
    programs['anchor-worker'].start(await installation.clock('worker', -20));
    programs['ledger-node'].start();
    await programs['anchor-worker'].says('events wait', 40);
    const diary = await load.stop();
    expect(diary.filter(({ status }) => status !== undefined && status >= 500)).toEqual([]);
    expect(
      diary.filter(({ kind, status }) => kind === 'update' && (status === 200 || status === 201)).length,
    ).toBeGreaterThan(20);
    await programs['anchor-worker'].kill('SIGTERM');
    programs['anchor-worker'].start();
    await installation.drained(90);
    expect((await judge(installation, diary)).faults).toEqual([]);
  }, 240_000);
});
