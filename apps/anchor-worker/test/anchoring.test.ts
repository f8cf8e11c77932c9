// Events to the ledger and back as receipts, on the real node, contract and Postgres; with every step failing once
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pin } from '#libs/evidence';
import { type Ledger, LedgerError } from '#libs/ledger';
import { batchInFlight, type Lease, LeaseLost, refusedForGood, releaseLease, takeLease } from '#libs/store';
import { append, SiteBatches } from '../../ledger-node/test/test-ledger.js';
import { Anchorer } from '../src/anchor/anchorer.js';
import { ConsentAnchorer } from '../src/anchor/consent-anchorer.js';
import { OutcomeUnknown } from '../src/anchor/patience.js';
import { OpenedBlocks } from '../src/follow/opened-blocks.js';
import type { Installation } from '../src/installation/installation.js';
import { TestSite } from './site.js';

let site: TestSite;
let installation: Installation;
let pin: Pin;
let lease: Lease;

beforeAll(async () => {
  site = await TestSite.open();
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

class Killed extends Error {}

function anchorer(change: Partial<Ledger> = {}, patience = { statusMs: 5_000, deadAfterSeconds: 900 }): Anchorer {
  const { query, transact } = site.database;
  const ledger = site.ledgerWith(change);
  const consents = new ConsentAnchorer({ query, transact, ledger, pin, patience });
  return new Anchorer({
    query,
    transact,
    ledger,
    pin,
    key: installation.key,
    patience,
    consents,
    blocks: new OpenedBlocks(pin),
  });
}

/** What a worker does when it starts anew: settle what is in flight, then the rest. */
async function anchorAll(by = anchorer()): Promise<void> {
  await by.settleInFlight(lease);
  while ((await by.anchorNext(lease)) > 0);
}

const kill = () => Promise.reject(new Killed());

describe('anchoring', () => {
  it('gives every event one leaf on the ledger and a receipt that verifies', async () => {
    await site.addEvents(40);
    expect(await anchorer().anchorNext(lease)).toBe(40);
    expect(await anchorer().anchorNext(lease)).toBe(0);
    expect(await site.faults(pin)).toEqual([]);
  });

  it('takes a backlog in batches of 5,000', async () => {
    await site.addEvents(5_003);
    expect(await anchorer().anchorNext(lease)).toBe(5_000);
    expect(await anchorer().anchorNext(lease)).toBe(3);
    expect(await site.faults(pin, 5)).toEqual([]);
  });

  it.each<[string, () => Partial<Ledger>]>([
    ['before the batch is endorsed', () => ({ prepare: kill })],
    [
      'after it is endorsed, before it is saved',
      () => ({ prepare: async (...a) => site.ledger.prepare(...a).then(kill) }),
    ],
    ['after it is saved, before it is sent', () => ({ submit: kill })],
    ['after it is sent', () => ({ submit: async (...a) => site.ledger.submit(...a).then(kill) })],
    ['after its status is known', () => ({ status: async (...a) => site.ledger.status(...a).then(kill) })],
    ['before its block is read', () => ({ block: kill })],
  ])('recovers when it is killed %s', async (_, change) => {
    await site.addEvents(7);
    await expect(anchorer(change()).anchorNext(lease)).rejects.toThrow(Killed);
    await site.addEvents(2);
    await anchorAll();
    expect(await batchInFlight(site.database.query)).toBeUndefined();
    expect(await site.faults(pin)).toEqual([]);
  });

  it('recovers when it is killed between reading the block and marking the batch', async () => {
    await site.addEvents(3);
    const { query, transact } = site.database;
    let transactions = 0;
    const dying = new Anchorer({
      query,
      transact: (work) => (transactions++ === 0 ? transact(work) : Promise.reject(new Killed())),
      ledger: site.ledger,
      pin,
      key: installation.key,
      patience: { statusMs: 5_000, deadAfterSeconds: 900 },
      consents: { settle: async () => 0 },
      blocks: new OpenedBlocks(pin),
    });
    await expect(dying.anchorNext(lease)).rejects.toThrow(Killed);
    await anchorAll();
    expect(await site.faults(pin)).toEqual([]);
  });
});

describe('an unknown outcome', () => {
  it('is asked for again, and the same bytes are sent again when the ledger does not know them', async () => {
    await site.addEvents(3);
    const lost = anchorer({ submit: async () => undefined }, { statusMs: 100, deadAfterSeconds: 900 });
    await expect(lost.anchorNext(lease)).rejects.toThrow(OutcomeUnknown);
    const before = await batchInFlight(site.database.query);
    const sent: string[] = [];
    await anchorAll(
      anchorer({
        submit: async (envelope, txId) => {
          sent.push(txId);
          await site.ledger.submit(envelope, txId);
        },
      }),
    );
    expect(sent).toEqual([before!.txId]);
    expect(await site.faults(pin)).toEqual([]);
  });

  it('of an envelope that was sent three times is one VALID transaction', async () => {
    await site.addEvents(3);
    const thrice = anchorer({
      submit: async (envelope, txId) => {
        for (let time = 0; time < 3; time += 1) await site.ledger.submit(envelope, txId).catch(() => undefined);
      },
    });
    expect(await thrice.anchorNext(lease)).toBe(3);
    expect(await site.faults(pin)).toEqual([]);
  });

  it('of a transaction too old to be taken is settled by a new one', async () => {
    await site.addEvents(3);
    await expect(anchorer({ submit: kill }).anchorNext(lease)).rejects.toThrow(Killed);
    const before = await batchInFlight(site.database.query);
    await anchorAll(anchorer({}, { statusMs: 5_000, deadAfterSeconds: 0 }));
    expect(await site.ledger.exists(before!.txId)).toBe(false);
    expect(await site.faults(pin)).toEqual([]);
  });

  it('leads to one VALID transaction although both, the old and the new one, arrive', async () => {
    await site.addEvents(4);
    await expect(anchorer({ submit: kill }).anchorNext(lease)).rejects.toThrow(Killed);
    const { envelope, txId } = (await batchInFlight(site.database.query))!;
    const overtaken = anchorer(
      {
        submit: async (bytes, id) => {
          await site.ledger.submit(envelope!, txId);
          await site.ledger.status(txId, 5_000);
          await site.ledger.submit(bytes, id);
        },
      },
      { statusMs: 5_000, deadAfterSeconds: 0 },
    );
    await expect(anchorAll(overtaken)).rejects.toThrow(/MVCC_READ_CONFLICT/);
    await anchorAll();
    expect(await site.faults(pin)).toEqual([]);
    const [batch] = await site.database.query<{ tx_id: string }>(
      'SELECT tx_id FROM batch ORDER BY first_index DESC LIMIT 1',
    );
    expect(batch!.tx_id).toBe(txId);
  });

  it('is success when the contract says that the batch is appended already', async () => {
    await site.addEvents(4);
    await expect(anchorer({ block: kill }).anchorNext(lease)).rejects.toThrow(Killed);
    const { txId } = (await batchInFlight(site.database.query))!;
    await site.database.transact(async (query) => {
      await query('DELETE FROM event_place WHERE first_index >= (SELECT first_index FROM batch WHERE block IS NULL)');
      await query('DELETE FROM batch WHERE block IS NULL');
    });
    await anchorAll();
    const [batch] = await site.database.query<{ tx_id: string }>(
      'SELECT tx_id FROM batch ORDER BY first_index DESC LIMIT 1',
    );
    expect(batch!.tx_id).toBe(txId);
    expect(await site.faults(pin)).toEqual([]);
  });
});

describe('a ledger that refuses or lies', () => {
  it('leaves the events where they are', async () => {
    await site.addEvents(2);
    const away = () => Promise.reject(new LedgerError('endorse', 'UNAVAILABLE', 'away', { retryable: true }));
    await expect(anchorer({ prepare: away }).anchorNext(lease)).rejects.toThrow(LedgerError);
    expect(await anchorer().waiting(10)).toBe(2);
    await anchorAll();
  });

  it('gets smaller batches when it cannot endorse large ones in time', async () => {
    await site.addEvents(20);
    const slow = anchorer({
      prepare: (fn, argument) => {
        const { first, size } = argument as { first: number; size: number };
        if (size - first <= 3) return site.ledger.prepare(fn, argument);
        return Promise.reject(new LedgerError('endorse', 'DEADLINE_EXCEEDED', 'too slow', { retryable: true }));
      },
    });
    let anchored = 0;
    for (let attempt = 0; attempt < 40 && anchored < 20; attempt += 1) {
      anchored += await slow.anchorNext(lease).catch(() => 0);
    }
    expect(anchored).toBe(20);
    expect(await site.faults(pin)).toEqual([]);
  });

  it('is not believed when the block it shows has other leaves', async () => {
    await site.addEvents(2);
    const [{ tx_id: older }] = (await site.database.query<{ tx_id: string }>('SELECT tx_id FROM batch LIMIT 1')) as [
      { tx_id: string },
    ];
    const other = anchorer({ block: () => site.ledger.block(older) });
    await expect(other.anchorNext(lease)).rejects.toThrow(/does not hold the transaction/);
    expect(await batchInFlight(site.database.query)).toBeDefined();
    await anchorAll();
    expect(await site.faults(pin)).toEqual([]);
  });
});

describe('an endorser that lies', () => {
  it('cannot have a batch saved under a transaction that is not its own', async () => {
    const [batch] = await site.database.query<{ tx_id: string }>('SELECT tx_id FROM batch LIMIT 1');
    const other = await append(site.ledger, new SiteBatches('site-of-another').next(1));
    for (const txId of [batch!.tx_id, other.txId, 'f'.repeat(64)]) {
      await site.addEvents(2);
      const misled = anchorer(site.otherPeerSaying('ALREADY_APPENDED', txId));
      await expect(misled.anchorNext(lease)).rejects.toThrow();
      expect(await batchInFlight(site.database.query)).toBeUndefined();
    }
    await anchorAll();
    expect(await site.faults(pin)).toEqual([]);
  });

  it('cannot have an event parked that our own peer would endorse', async () => {
    await site.addEvents(1);
    await expect(anchorer(site.otherPeerSaying('BAD_ARGUMENT')).anchorNext(lease)).rejects.toThrow('refused');
    expect((await refusedForGood(site.database.query)).events).toEqual([]);
    await anchorAll();
    expect(await site.faults(pin)).toEqual([]);
  });
});

describe('a backlog', () => {
  it('goes batch after batch, each endorsed on top of one that is still being stored, and survives a kill in between', async () => {
    await site.addEvents(11_000);
    const { signal } = new AbortController();
    let blocks = 0;
    const dying = anchorer({ block: (txId) => (blocks++ === 1 ? kill() : site.ledger.block(txId)) });
    await expect(dying.anchorBacklog(lease, 500, signal)).rejects.toThrow(Killed);
    const next = anchorer();
    await next.settleInFlight(lease);
    await next.anchorBacklog(lease, 500, signal);
    expect(await batchInFlight(site.database.query)).toBeUndefined();
    expect(await site.faults(pin, 3)).toEqual([]);
  });
});

describe('a worker that was deposed', () => {
  it('can neither save nor mark a batch, and the next leader settles what it left', async () => {
    await site.addEvents(5);
    const deposing = anchorer({
      submit: async (envelope, txId) => {
        await site.ledger.submit(envelope, txId);
        await releaseLease(site.database.query, lease);
        await takeLease(site.database.query, 'test', 'other', 600);
      },
    });
    await expect(deposing.anchorNext(lease)).rejects.toThrow(LeaseLost);
    await expect(anchorer().settleInFlight(lease)).rejects.toThrow(LeaseLost);
    await site.database.query('DELETE FROM lease');
    lease = (await takeLease(site.database.query, 'test', 'third', 600))!;
    await anchorAll();
    expect(await site.faults(pin)).toEqual([]);
  });
});
