// The program that moves a log, killed with SIGKILL at each of its steps, and one last time not
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parsePin } from '#libs/evidence';
import { createNetwork } from '#libs/fabric-network';
import { bindLedger, sealedLog } from '#libs/store';
import { type TestLedger, testLedger } from '../../ledger-node/test/test-ledger.js';
import { Records } from './records.js';
import { SITE, TestSite } from './site.js';

const MOVER = join(import.meta.dirname, '../../../dist/apps/anchor-worker/src/move/main.js');
const ORGANIZATIONS = ['Clinic', 'Hospital'].map((name) => ({ name, mspId: `${name}MSP` }));
/** What it says when it begins a step; the next thing that it does is that step. */
const STEPS = [/still have to go/, /Everything is on/, /Checking/, /Offering/, /Carrying/, /Having the log adopted/];

let site: TestSite;
let region: TestLedger;
let folder: string;

beforeAll(async () => {
  site = await TestSite.open();
  folder = await mkdtemp(join(tmpdir(), 'region-'));
  await createNetwork(join(folder, 'ledger'), { organizations: ORGANIZATIONS, channel: 'region' });
  region = await testLedger({ contractAddress: site.contract.address, folder: join(folder, 'ledger') });
  const { ledger, pin } = await site.installation();
  ledger.close();
  await bindLedger(site.database.query, pin.genesis);
  const records = new Records(site);
  for (const id of ['c1', 'c2', 'c3']) await records.consent(id, 'p1');
  await records.observation('o1', 'p1');
  await records.read('o1');
  await site.addEvents(30);
}, 30_000);

afterAll(async () => {
  await region.close();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

type Message = { say?: string; failed?: string; moved?: { size: number } };

/** Runs it until it says this, and kills it there; or to its end. */
async function run(until?: RegExp): Promise<Message> {
  // The lease of one that was killed runs out by itself; here nobody waits for that.
  await site.database.query('DELETE FROM lease');
  const env = { PATH: process.env.PATH, DATABASE_URL: site.databaseUrl, DATA_DIR: site.dataDir, SITE, MOVE_TO: folder };
  const child: ChildProcess = spawn(process.execPath, [MOVER], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const gone = once(child, 'exit');
  let last: Message = {};
  child.on('message', (message: Message) => {
    if (child.killed) return; // said on its way out
    last = message;
    if (until?.test(message.say ?? '')) child.kill('SIGKILL');
  });
  await gone;
  return last;
}

it('is killed at every step, and then finishes what was begun, once', async () => {
  for (const step of STEPS) expect((await run(step)).say ?? '').toMatch(step);
  expect(await run()).toMatchObject({ moved: { size: 35 } });
  const pin = parsePin(await readFile(join(site.dataDir, 'ledger-next', 'pin.json')));
  const sealed = await sealedLog(site.database.query);
  expect(sealed).toMatchObject({ size: 35, to: pin.genesis, transaction: pin.adopted?.transaction });
  expect(await run()).toMatchObject({ moved: { size: 35 } });
  const again = parsePin(await readFile(join(site.dataDir, 'ledger-next', 'pin.json')));
  expect(again).toEqual(pin);
  expect(await region.ledger.evaluate('head', { site: SITE })).toMatchObject({
    size: 35,
    txId: pin.adopted?.transaction,
  });
  for (const place of [0, 17, 34]) expect((await site.verify(place, pin)).verdict).toBe('OK');
}, 60_000);
