// The faults of the issue "Nothing lost on the way to the ledger", as a sample with a fixed seed. All figures: faults.long.test.ts
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Chance } from './chance.js';
import { judge } from './checker.js';
import { InstallationUnderTest } from './installation.js';
import { killAtRandom } from './kills.js';
import { Load } from './load.js';

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

  it('when the ledger is away under load, and a worker whose clock is 20 minutes off takes over meanwhile', async () => {
    const { programs } = installation;
    load = new Load(installation, SEED + 1, 3, 5);
    await sleep(1_000);
    await programs['ledger-node'].kill();
    await sleep(3_000);
    await programs['anchor-worker'].kill('SIGTERM');
    programs['anchor-worker'].start(-20);
    programs['ledger-node'].start();
    await programs['anchor-worker'].says('events wait', 40);
    const diary = await load.stop();
    expect(
      diary.filter(({ kind, status }) => kind === 'update' && (status === 200 || status === 201)).length,
    ).toBeGreaterThan(20);
    await programs['anchor-worker'].kill('SIGTERM');
    programs['anchor-worker'].start();
    await installation.drained(90);
    expect((await judge(installation, diary)).faults).toEqual([]);
  }, 240_000);
});
