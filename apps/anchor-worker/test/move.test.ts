// `holdfast network adopt` without its command line: a log moves from one ledger to another, and everything can still be proven
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ONE_OPERATOR, type Pin, parsePin, verifyConsistency, verifyReceipt } from '#libs/evidence';
import { openBlock, openEnvelope } from '#libs/fabric-block';
import { createNetwork } from '#libs/fabric-network';
import { CompactRange, EMPTY_ROOT, leafHash } from '#libs/merkle';
import { bindLedger, consistencyProof, latestCheckpoint, OtherLedger, sealedLog } from '#libs/store';
import { type TestLedger, testLedger } from '../../ledger-node/test/test-ledger.js';
import type { Installation } from '../src/installation/installation.js';
import { keepPin } from '../src/installation/pin-file.js';
import { type Moved, moveLog } from '../src/move/move.js';
import { Records } from './records.js';
import { SITE, TestSite } from './site.js';

const ORGANIZATIONS = ['Clinic', 'Hospital', 'University'].map((name) => ({ name, mspId: `${name}MSP` }));
const MSP_IDS = ORGANIZATIONS.map(({ mspId }) => mspId);

let site: TestSite;
let records: Records;
let folder: string;
let region: TestLedger;
let before: Installation;
let after: Installation;
let moved: Moved;
/** Kept by somebody before the move. */
let kept: { checkpoint: string; receipts: string[] };
const said: string[] = [];

const parts = (change: Partial<Parameters<typeof moveLog>[0]> = {}) => ({
  dataDir: site.dataDir,
  site: SITE,
  operator: 'three hospitals',
  to: folder,
  database: site.database,
  before,
  patience: { statusMs: 5_000, deadAfterSeconds: 900 },
  say: (line: string) => said.push(line),
  signal: new AbortController().signal,
  ...change,
});
const verify = (text: string, pin: Pin) => verifyReceipt(text, pin, { openBlock, openEnvelope });
const since = async (older: string, pin: Pin) => {
  const { size, checkpoint } = (await latestCheckpoint(site.database.query))!;
  const from = Number(older.split('\n')[1]);
  const proof = from < size ? await consistencyProof(site.database.query, from, size) : [];
  return verifyConsistency(older, checkpoint, proof, pin, openBlock);
};

beforeAll(async () => {
  site = await TestSite.open();
  records = new Records(site);
  folder = await mkdtemp(join(tmpdir(), 'region-'));
  await createNetwork(join(folder, 'ledger'), { organizations: ORGANIZATIONS, channel: 'region' });
  region = await testLedger({ contractAddress: site.contract.address, folder: join(folder, 'ledger') });
  before = await site.installation();
  await bindLedger(site.database.query, before.pin.genesis);
  await records.consent('c1', 'p1');
  await records.consent('c2', 'p2');
  await records.consent('c2', 'p2', 'inactive');
  for (const id of ['1', '2']) await records.observation(`o${id}`, `p${id}`);
  await records.read('o1');
  await site.addEvents(20);
  await site.anchor(before);
  kept = { checkpoint: (await latestCheckpoint(site.database.query))!.checkpoint, receipts: [await site.receipt(3)] };
  await site.addEvents(7); // these still wait when the move begins
}, 30_000);

afterAll(async () => {
  before.ledger.close();
  await region.close();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

describe('before anything is done', () => {
  it('a network that is not there, or lacks a description, is refused in plain words', async () => {
    await expect(moveLog(parts({ to: join(folder, 'nowhere') }))).rejects.toThrow(/^There is no network in /);
    expect(await sealedLog(site.database.query)).toBeUndefined();
  });

  it('a database that lacks a part of the log cannot move it', async () => {
    const { query } = site.database;
    await query('CREATE TABLE kept AS SELECT * FROM batch');
    await query('DELETE FROM batch');
    await expect(moveLog(parts())).rejects.toThrow(/^The ledger in use has 26 leaves of this site and the database 0,/);
    await query('INSERT INTO batch SELECT * FROM kept');
    expect(await sealedLog(query)).toBeUndefined();
  });

  it('so is the network that the log is on', async () => {
    await expect(moveLog(parts({ to: site.dataDir }))).rejects.toThrow('The log is on this network already.');
  });
});

describe('an adoption that not every organisation has endorsed', () => {
  const range = CompactRange.of();
  range.append(leafHash(Buffer.from('leaf')));
  const [root, hash] = [range.root().toString('base64'), leafHash(Buffer.from('hash')).toString('base64')];
  const log = { root, site: 'site-b', size: 1 };
  const past = { block: 1, blockHash: hash, channel: 'holdfast', genesis: hash, pin: hash };
  const consents = { root: EMPTY_ROOT.toString('base64'), size: 0 };
  const offer = { ...log, before: past, consents, decided: 0, organizations: MSP_IDS, range: [root] };
  const submitted = async (fn: string, argument: object, endorsers: string[]) => {
    const { txId, envelope } = await region.ledger.prepare(fn, argument, endorsers);
    await region.ledger.submit(envelope, txId);
    return (await region.ledger.status(txId, 5_000))?.code;
  };

  it('is invalid on the ledger itself, where a majority is enough for everything else', async () => {
    expect(await submitted('offerAdoption', offer, ['ClinicMSP', 'HospitalMSP'])).toBe('VALID');
    for (const two of [MSP_IDS.slice(0, 2), MSP_IDS.slice(1), [MSP_IDS[0]!, MSP_IDS[2]!]])
      expect(await submitted('adopt', log, two)).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await region.ledger.evaluate('head', { site: 'site-b' })).toEqual({ size: 0 });
    expect(await submitted('adopt', log, MSP_IDS)).toBe('VALID');
    expect(await region.ledger.evaluate('head', { site: 'site-b' })).toMatchObject({ size: 1, root });
  });
});

describe('the move', () => {
  it('takes what waits to the ledger in use, and has the log adopted by every organisation', async () => {
    moved = await moveLog(parts());
    after = { ...before, pin: moved.pin, ledger: region.ledger };
    expect(said).toContainEqual(expect.stringMatching(/^7 events and 0 Consents still have to go/));
    expect(moved.adoption).toMatchObject({ size: 33, endorsers: MSP_IDS, organizations: MSP_IDS, mspId: 'ClinicMSP' });
    expect(moved.adoption.before.channel).toBe('holdfast');
    expect(moved.adoption.carried.size).toBe(3);
    expect(await region.ledger.evaluate('head', { site: SITE })).toMatchObject({ size: 33, mspId: 'ClinicMSP' });
  });

  it('is the same when it is asked for again', async () => {
    const again = await moveLog(parts());
    expect(again.pin).toEqual(moved.pin);
    expect((await sealedLog(site.database.query))?.transaction).toBe(moved.adoption.txId);
  });

  it('leaves the database to the new ledger alone', async () => {
    await expect(bindLedger(site.database.query, before.pin.genesis)).rejects.toThrow(OtherLedger);
    expect(await bindLedger(site.database.query, moved.pin.genesis)).toBe(true);
  });

  it('lays out what the installation needs from then on, with the pin', async () => {
    const pin = parsePin(await readFile(join(moved.folder, 'pin.json')));
    expect(pin).toEqual(moved.pin);
    expect(pin.adopted?.before).toEqual(before.pin);
    expect(pin.operator).toBe('three hospitals');
    expect(pin.adopted?.before.operator).toBe(ONE_OPERATOR);
    const { adopted: _, ...current } = pin;
    await rm(join(site.dataDir, 'pin.json'));
    await writePin(site.dataDir, pin);
    expect(await keepPin(site.dataDir, current)).toEqual(pin);
  });
});

async function writePin(dataDir: string, pin: Pin): Promise<void> {
  await keepPin(dataDir, pin);
}

describe('what was recorded before the move', () => {
  it('is proven by a receipt that was made before it, in words that say what it does not show', () => {
    const { verdict, detail, event } = verify(kept.receipts[0]!, moved.pin);
    expect(verdict).toBe('OK');
    expect(detail).toMatch(/on the one before the log moved; .* this receipt does not show; that it was found VALID/);
    expect(event?.moved?.isShown).toBe(false);
    expect(event?.pin).toEqual(before.pin);
  });

  it('is proven by a receipt made since, across the move', async () => {
    for (const place of [0, 3, 12, 25, 26, 32]) {
      const { verdict, detail, event } = verify(await site.receipt(place), moved.pin);
      expect([place, verdict, detail]).toEqual([place, 'OK', expect.stringMatching(/took over from there; /)]);
      expect(event?.moved).toMatchObject({ isShown: true, adoption: { endorsers: MSP_IDS } });
    }
  });

  it('is shown to be VALID by the next batch on the ledger before, but for the last batch there', async () => {
    for (const [place, endorsers] of [
      [3, before.pin.endorsement],
      [25, before.pin.endorsement],
      [32, undefined],
    ] as const) {
      const { verdict, event } = verify(await site.receipt(place), moved.pin);
      expect([place, verdict, event?.successor?.endorsers]).toEqual([place, 'OK', endorsers]);
    }
  });

  it('is UNTRUSTED_KEY or ALTERED under a pin that names another ledger before, or none', async () => {
    const text = await site.receipt(3);
    const { adopted: _, ...bare } = moved.pin;
    expect(verify(text, bare as Pin).verdict).toBe('UNTRUSTED_KEY');
    expect(verify(kept.receipts[0]!, bare as Pin).verdict).toBe('UNTRUSTED_KEY');
    const stranger = {
      ...moved.pin,
      adopted: { ...moved.pin.adopted!, before: { ...before.pin, operator: 'another' } },
    };
    expect(verify(text, stranger)).toEqual({ verdict: 'ALTERED', detail: 'the adoption names another pin before' });
  });

  it('is still what an old pin proves, for receipts made before', () => {
    expect(verify(kept.receipts[0]!, before.pin).verdict).toBe('OK');
  });
});

describe('the log', () => {
  it('goes on behind the adopted leaves, with Consents known from before', async () => {
    expect(await records.read('o1')).toBeDefined(); // relies on c1, which came over
    await records.consent('c1', 'p1', 'inactive');
    await site.addEvents(5);
    await site.anchor(after);
    const head = (await region.ledger.evaluate('head', { site: SITE })) as { size: number };
    expect(head.size).toBe(40);
    for (const place of [33, 36, 39])
      expect(verify(await site.receipt(place), moved.pin)).toMatchObject({ verdict: 'OK', event: { pin: moved.pin } });
    const found = (await region.ledger.evaluate('violations', { since: 0, site: SITE })) as { batches: object[] };
    expect(found.batches).toEqual([]);
  });

  it('extends a checkpoint from before the move', async () => {
    expect(await since(kept.checkpoint, moved.pin)).toEqual({
      verdict: 'OK',
      detail: expect.stringMatching(/^the log of 40 leaves begins with the 26 .* taken over from the ledger before$/),
    });
  });

  it('cannot be taken back to the ledger before', async () => {
    const now = (await latestCheckpoint(site.database.query))!.checkpoint;
    const back = verifyConsistency(now, kept.checkpoint, [], moved.pin, openBlock);
    expect(back).toMatchObject({ verdict: 'ROLLED_BACK' });
  });

  it('does not go on there: what one operator adds is found to be a fork', async () => {
    await site.database.query(`UPDATE installation SET genesis = $1`, [before.pin.genesis]);
    await site.database.query('DELETE FROM batch WHERE tree_size > 33');
    await site.database.query('DELETE FROM event_place WHERE first_index >= 33');
    await site.anchor(before);
    const { verdict, detail } = verify(await site.receipt(35), moved.pin);
    expect([verdict, detail]).toEqual(['FORKED', expect.stringMatching(/grew on the ledger before the move/)]);
    const forked = (await latestCheckpoint(site.database.query))!.checkpoint;
    expect(verifyConsistency(kept.checkpoint, forked, [], moved.pin, openBlock).verdict).toBe('FORKED');
  });
});
