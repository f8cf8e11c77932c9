// Consents to the ledger, before what relied on them; the ledger back into Postgres; and what the ledger refuses for good
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeEvent, PARKED_FORMAT, type Pin } from '#libs/evidence';
import { type Ledger, LedgerError } from '#libs/ledger';
import {
  forgetProjection,
  isConsentOnLedger,
  type Lease,
  projectionLag,
  receiptOfLeaf,
  refusedForGood,
} from '#libs/store';
import { Anchorer } from '../src/anchor/anchorer.js';
import { ConsentAnchorer } from '../src/anchor/consent-anchorer.js';
import { LedgerForked } from '../src/follow/block-facts.js';
import { Follower } from '../src/follow/follower.js';
import { OpenedBlocks } from '../src/follow/opened-blocks.js';
import type { Installation } from '../src/installation/installation.js';
import { Records } from './records.js';
import { SITE, TestSite } from './site.js';

let site: TestSite;
let records: Records;
let installation: Installation;
let pin: Pin;
let lease: Lease;

beforeAll(async () => {
  site = await TestSite.open();
  records = new Records(site);
  installation = await site.installation();
  pin = installation.pin;
});
afterAll(async () => {
  installation.ledger.close();
  await site.close();
});
beforeEach(async () => {
  lease = await site.lead();
});

const patience = { statusMs: 5_000, deadAfterSeconds: 900 };

function workers(change: Partial<Ledger> = {}) {
  const { query, transact } = site.database;
  const { key } = installation;
  const ledger = site.ledgerWith(change);
  const consents = new ConsentAnchorer({ query, transact, ledger, pin, patience });
  return {
    consents,
    anchorer: new Anchorer({ query, transact, ledger, pin, key, patience, consents, blocks: new OpenedBlocks(pin) }),
  };
}

const violations = async () => {
  const { batches } = (await site.ledger.evaluate('violations', { since: 0, site: SITE })) as { batches: object[] };
  return batches;
};
async function handleOf(id: string): Promise<string> {
  const [row] = await site.database.query<{ handle: Buffer }>(
    `SELECT handle FROM consent_event JOIN version ON pid = consent_pid WHERE id = $1`,
    [id],
  );
  return row!.handle.toString('base64url');
}

describe('a Consent', () => {
  it('goes to the ledger alone, each version in its order', async () => {
    await records.consent('c1', 'p1');
    await records.consent('c1', 'p1', 'inactive');
    await records.consent('c2', 'p1');
    expect(await workers().consents.settle(lease)).toBe(3);
    const { versions, custodian } = (await site.ledger.evaluate('consent', { handle: await handleOf('c1') })) as {
      custodian: string;
      versions: object[];
    };
    expect(custodian).toBe(pin.mspId);
    expect(versions).toMatchObject([{ state: 'recorded' }, { state: 'revoked', version: 2 }]);
    expect(await isConsentOnLedger(site.database.query, 'c1', 2)).toBe(true);
    expect(await isConsentOnLedger(site.database.query, 'c1', 3)).toBe(false);
    expect(await workers().consents.settle(lease)).toBe(0);
  });

  it.each<[string, () => Partial<Ledger>]>([
    ['before it is endorsed', () => ({ prepare: killed })],
    ['before it is sent', () => ({ submit: killed })],
    ['after it is sent', () => ({ submit: (...a) => site.ledger.submit(...a).then(killed) })],
    ['after its status is known', () => ({ status: (...a) => site.ledger.status(...a).then(killed) })],
  ])('is there once although the worker was killed %s', async (name, change) => {
    const id = `killed-${name.replaceAll(' ', '-')}`;
    await records.consent(id, 'p1');
    await expect(workers(change()).consents.settle(lease)).rejects.toThrow('killed');
    await workers().consents.settle(lease);
    expect(await isConsentOnLedger(site.database.query, id, 1)).toBe(true);
    expect(await refusedForGood(site.database.query)).toEqual({ events: [], consents: [] });
  });

  it('that was recorded although its transaction was forgotten counts as recorded', async () => {
    await records.consent('forgotten', 'p1');
    await expect(workers({ status: killed }).consents.settle(lease)).rejects.toThrow('killed');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await site.database.query('UPDATE consent_event SET tx_id = NULL, envelope = NULL WHERE block_number IS NULL');
    await workers().consents.settle(lease);
    expect(await isConsentOnLedger(site.database.query, 'forgotten', 1)).toBe(true);
  });
});

describe('events that relied on a Consent', () => {
  it('come after it, and name it: nothing honest is a violation, whatever is revoked meanwhile', async () => {
    await records.observation('o1', 'p2');
    await records.consent('c3', 'p2');
    const anchored = { done: false };
    const reading = (async () => {
      let permits = 0;
      while (!anchored.done) if (await records.read('o1')) permits += 1;
      return permits;
    })();
    const revoking = (async () => {
      for (let turn = 0; turn < 30; turn += 1)
        await records.consent('c3', 'p2', turn % 2 === 0 ? 'inactive' : 'active');
    })();
    const { anchorer } = workers();
    for (let batch = 0; batch < 4; batch += 1)
      await anchorer.anchorNext(lease).catch(() => anchorer.settleInFlight(lease));
    await revoking;
    anchored.done = true;
    expect(await reading).toBeGreaterThan(20);
    await anchorer.settleInFlight(lease);
    while ((await anchorer.anchorNext(lease)) > 0);
    expect(await site.faults(pin)).toEqual([]);
    const relied = (await site.valuesOnLedger()).flatMap(({ consents }) => consents);
    expect(relied.length).toBeGreaterThan(0);
    expect(await violations()).toEqual([]);
  });

  it('queued before a revocation are no violation although that reaches the ledger first', async () => {
    await records.observation('o2', 'p3');
    await records.consent('c4', 'p3');
    await workers().consents.settle(lease);
    expect(await records.read('o2')).toBe('Consent/c4/_history/1');
    await records.consent('c4', 'p3', 'inactive');
    await workers().consents.settle(lease);
    expect(await isConsentOnLedger(site.database.query, 'c4', 2)).toBe(true);
    while ((await workers().anchorer.anchorNext(lease)) > 0);
    expect(await violations()).toEqual([]);
    expect(await records.read('o2')).toBeUndefined();
  });

  it('that were decided when it was over are a violation that everyone finds', async () => {
    const [past] = await site.database.query<{ id: string }>(
      `INSERT INTO event_consent (event, consent_pid) SELECT e.id, v.pid FROM version v, event e
       WHERE v.id = 'c4' AND v.version = 1 AND place_of(e.id) IS NULL RETURNING event::text AS id`,
    );
    expect(past).toBeDefined();
    while ((await workers().anchorer.anchorNext(lease)) > 0);
    expect(await violations()).toMatchObject([
      { violations: [{ handle: await handleOf('c4'), version: 1, reason: 'ENDED' }] },
    ]);
    expect(await site.faults(pin)).toEqual([]);
  });

  it('are seen to have relied on each of several, so that the end of any one counts', async () => {
    for (const patient of ['p8', 'p9']) await records.consent(`of-${patient}`, patient);
    await records.consent('of-p8', 'p8', 'inactive');
    const time = await site.store.time();
    const draft = { action: 'read', decision: 'permit', outcome: 200, client: 'ehr', definitions: 'r4' } as const;
    const consents = ['Consent/of-p8/_history/1', 'Consent/of-p9/_history/1'];
    const event = makeEvent(draft, SITE, time);
    await site.store.record([{ event, decision: 'permit', time, patients: [], consents }]);
    while ((await workers().anchorer.anchorNext(lease)) > 0);
    const [newest] = await violations();
    expect(newest).toMatchObject({ violations: [{ handle: await handleOf('of-p8'), version: 1, reason: 'ENDED' }] });
  });
});

describe('the ledger in the database', () => {
  const rows = async () => {
    const tables = ['ledger_head', 'ledger_consent', 'ledger_violation'];
    return Promise.all(tables.map((table) => site.database.query(`SELECT * FROM ${table} ORDER BY 1, 2`)));
  };
  const follower = (ledger: Partial<Ledger> = {}) =>
    new Follower({ ...site.database, ledger: site.ledgerWith(ledger), pin, blocks: new OpenedBlocks(pin) });
  async function followAll(by = follower()): Promise<void> {
    const stop = new AbortController();
    const following = by.follow(stop.signal);
    following.catch(() => undefined);
    const height = Number(await site.ledger.height());
    for (;;) {
      const lag = await projectionLag(site.database.query);
      if (lag?.height === height && lag.blocks === 0) break;
      await Promise.race([following, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    stop.abort();
    await following;
  }

  it('has heads, Consents and violations, and a replay from block 0 gives the same rows', async () => {
    await followAll();
    const [heads, consents, marked] = await rows();
    expect(heads).toMatchObject([{ site: SITE, msp_id: pin.mspId }]);
    expect(consents!.length).toBeGreaterThan(30);
    expect(marked).toMatchObject([{ reason: 'ENDED' }, { reason: 'ENDED' }]);
    const before = await rows();
    await forgetProjection(site.database.transact);
    await followAll();
    expect(await rows()).toEqual(before);
  });

  it('takes nothing from transactions that prove nothing to it, tells of each, and goes on', async () => {
    const before = await rows();
    await forgetProjection(site.database.transact);
    const told: string[] = [];
    await followAll(
      new Follower({
        ...site.database,
        ledger: site.ledgerWith({}),
        pin: { ...pin, endorsement: [...pin.endorsement, 'NobodyMSP'] },
        blocks: new OpenedBlocks(pin),
        doubted: ({ block, txId, reason }) => told.push(`${block} ${txId.length} ${reason}`),
      }),
    );
    expect(await rows()).toEqual([[], [], []]);
    expect(told.length).toBeGreaterThan(30);
    expect(told.every((one) => /^[1-9][0-9]* 64 ENDORSEMENT$/.test(one))).toBe(true);
    await forgetProjection(site.database.transact);
    await followAll();
    expect(await rows()).toEqual(before);
  });

  it('counts each block once, also when the follower dies between blocks, and twice at a time', async () => {
    const before = await rows();
    await forgetProjection(site.database.transact);
    for (let die = 1; die < 12; die += 4) {
      let left = die;
      const dying = { blockAt: (number: bigint) => (left-- > 0 ? site.ledger.blockAt(number) : killed()) };
      await expect(follower(dying).follow(new AbortController().signal)).rejects.toThrow('killed');
    }
    const overtaken = (error: Error) => expect(error.name).toBe('Overtaken');
    await Promise.all([followAll().catch(overtaken), followAll().catch(overtaken)]);
    await followAll();
    expect(await rows()).toEqual(before);
  });

  it('is not changed by a block that does not follow, or that somebody has touched', async () => {
    const { query } = site.database;
    const before = await rows();
    await query(`UPDATE ledger_checkpoint SET block_number = block_number - 1`);
    await expect(follower().follow(new AbortController().signal)).rejects.toThrow(LedgerForked);
    await query(`UPDATE ledger_checkpoint SET block_number = block_number + 1`);
    await site.addEvents(1);
    await workers().anchorer.anchorNext(lease);
    const touched = async (number: bigint) => {
      const block = Buffer.from(await site.ledger.blockAt(number));
      block[Math.floor(block.length / 2)]! ^= 1;
      return block;
    };
    await expect(follower({ blockAt: touched }).follow(new AbortController().signal)).rejects.toThrow();
    expect(await rows()).toEqual(before);
    await followAll();
    expect((await rows())[0]).not.toEqual(before[0]);
  });
});

describe('an event that the ledger refuses for good', () => {
  const refusing = (leaf: Buffer): Partial<Ledger> => ({
    prepare: (fn, argument) => {
      const { leaves } = argument as { leaves: string };
      const refusal = { retryable: false, contractCode: 'BAD_ARGUMENT' };
      if (fn === 'append' && Buffer.from(leaves, 'base64').includes(leaf))
        return Promise.reject(new LedgerError('endorse', 'ABORTED', 'refused', refusal));
      return site.ledger.prepare(fn, argument);
    },
  });

  it('is found by halving; a leaf that commits to it stands in its place, and all others pass in their order', async () => {
    await site.addEvents(10);
    const poison = await site.addEvent({
      action: 'read',
      decision: 'permit',
      outcome: 200,
      client: 'x',
      definitions: 'r4',
    });
    await site.addEvents(10);
    const { anchorer } = workers(refusing(poison.leaf));
    while ((await anchorer.anchorNext(lease)) > 0);
    const { events } = await refusedForGood(site.database.query);
    expect(events).toMatchObject([{ reason: 'BAD_ARGUMENT' }]);
    const place = Number(events[0]!.leafIndex);
    const [parked] = await site.database.query<{ record: Buffer; leaf: Buffer }>(
      'SELECT record, leaf FROM parked_event',
    );
    expect((await site.entriesOnLedger())[place]!.subarray(1)).toEqual(parked!.leaf);
    expect(parked!.record.includes(PARKED_FORMAT)).toBe(true);
    expect(parked!.record.includes(poison.leaf)).toBe(true);
    expect(await receiptOfLeaf(site.database.query, place)).toBe('unanchored');
    expect(await receiptOfLeaf(site.database.query, place + 1)).toMatchObject({ leafIndex: place + 1 });
    expect(await site.faults(pin)).toEqual([]);
  });

  it('is one whose leaf is no hash, too', async () => {
    const { query } = site.database;
    await query('ALTER TABLE event DROP CONSTRAINT event_leaf_check');
    await site.addEvents(3);
    await query(`UPDATE event SET leaf = '\\x00' WHERE id = (SELECT max(id) - 1 FROM event)`);
    while ((await workers().anchorer.anchorNext(lease)) > 0);
    expect((await refusedForGood(query)).events).toMatchObject([{}, { reason: 'MALFORMED' }]);
    expect(await site.faults(pin)).toEqual([]);
  });

  it('is not looked for when the ledger refuses for another reason', async () => {
    await site.addEvents(4);
    for (const contractCode of ['GAP', 'WRONG_ROOT', 'FOREIGN_SITE', 'BAD_STATE', 'UNKNOWN_FUNCTION']) {
      const error = new LedgerError('endorse', 'ABORTED', 'refused', { retryable: false, contractCode });
      const { anchorer } = workers({ prepare: () => Promise.reject(error) });
      await expect(anchorer.anchorNext(lease)).rejects.toThrow(error);
    }
    expect((await refusedForGood(site.database.query)).events).toHaveLength(2);
    while ((await workers().anchorer.anchorNext(lease)) > 0);
    expect(await site.faults(pin)).toEqual([]);
  });
});

function killed(): Promise<never> {
  return Promise.reject(new Error('killed'));
}
