// The move of a log to another ledger over real Postgres: what must be there first, what changes hands, and the way back
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyConsistency } from '#libs/merkle';
import {
  abandonMove,
  anchorBatch,
  anchoredTree,
  beginProjection,
  bindLedger,
  CannotMove,
  completeMove,
  type Lease,
  LeaseLost,
  latestCheckpoint,
  ledgerCheckpoint,
  OtherLedger,
  receiptOfLeaf,
  renewLease,
  saveBatch,
  sealedLog,
  sealLog,
  takeLease,
  undrained,
  unnumberedEvents,
} from '../src/log/index.js';
import { emptied, grown, type LogDatabase, logDatabase } from './log-database.js';

const MOVE = { from: 'aa'.repeat(32), to: 'bb'.repeat(32) };

let db: LogDatabase;
let lease: Lease;
let transactions = 0;

beforeAll(async () => {
  db = await logDatabase();
  await db.query(`INSERT INTO installation (master_key) VALUES ('key')`);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await emptied(db.query);
  await db.query('TRUNCATE adoption, ledger_checkpoint, ledger_violation');
  await db.query('UPDATE installation SET genesis = NULL');
  await bindLedger(db.query, MOVE.from);
  lease = (await takeLease(db.query, 'anchor', 'one', 60))!;
});

async function save(count: number) {
  await db.addEvents(count);
  const events = await unnumberedEvents(db.query, 100);
  const before = await anchoredTree(db.query);
  const first = before.size;
  const { range, growth } = grown(before, events);
  const txId = `tx-${transactions++}`;
  await saveBatch(db.transact, lease, { first, range, events: events.ids, transaction: { txId, envelope: undefined } });
  return { first, growth, txId, range };
}

async function anchor(count: number) {
  const batch = await save(count);
  const place = { txId: batch.txId, blockNumber: 1n, block: Buffer.of(1), checkpoint: `size ${batch.range.size}` };
  await anchorBatch(db.transact, lease, batch, place);
  return batch;
}

const adopted = () =>
  completeMove(db.query, { txId: 'adoption', blockNumber: 4n, block: Buffer.of(9), checkpoint: 'moved' });

describe('a log that is to move', () => {
  it('has everything on the ledger first', async () => {
    await anchor(3);
    await db.addEvents(2);
    expect(await undrained(db.query)).toEqual({ events: 2, consents: 0, batches: 0 });
    await expect(sealLog(db.transact, MOVE)).rejects.toThrow(/^2 events and 0 Consents are not on the ledger yet/);
    await save(0);
    expect(await undrained(db.query)).toEqual({ events: 0, consents: 0, batches: 1 });
    await expect(sealLog(db.transact, MOVE)).rejects.toThrow(CannotMove);
    expect(await sealedLog(db.query)).toBeUndefined();
    expect(await bindLedger(db.query, MOVE.from)).toBe(true);
  });

  it('is there at all, and on the ledger that it leaves', async () => {
    await expect(sealLog(db.transact, MOVE)).rejects.toThrow(/no log that could move/);
    await anchor(1);
    await expect(sealLog(db.transact, { ...MOVE, from: 'cc'.repeat(32) })).rejects.toThrow(/belongs to another ledger/);
  });
});

describe('a sealed log', () => {
  it('belongs to the new ledger, with leadership and projection, and keeps the violations found before', async () => {
    const { range } = await anchor(5);
    await beginProjection(db.query, Buffer.alloc(32));
    await db.query(`INSERT INTO ledger_violation VALUES ('site', 0, $1, 1, 'ENDED', 2, 'tx')`, [Buffer.alloc(32)]);
    const sealed = await sealLog(db.transact, MOVE);
    expect(sealed).toEqual({ ...MOVE, size: 5, root: range.root(), transaction: undefined });
    await expect(bindLedger(db.query, MOVE.from)).rejects.toThrow(OtherLedger);
    expect(await bindLedger(db.query, MOVE.to)).toBe(true);
    await expect(renewLease(db.query, lease, 60)).rejects.toThrow(LeaseLost);
    await expect(save(1)).rejects.toThrow(LeaseLost);
    expect(await ledgerCheckpoint(db.query)).toBeUndefined();
    expect(await db.query('SELECT reason FROM ledger_violation')).toEqual([{ reason: 'ENDED' }]);
  });

  it('is the same when it is sealed again, and moves nowhere else', async () => {
    await anchor(2);
    const sealed = await sealLog(db.transact, MOVE);
    await db.addEvents(1); // what comes later goes to the new ledger
    expect(await sealLog(db.transact, MOVE)).toEqual(sealed);
    await expect(sealLog(db.transact, { ...MOVE, to: 'cc'.repeat(32) })).rejects.toThrow(/between other ledgers/);
  });

  it('can stay where it was', async () => {
    await anchor(2);
    await sealLog(db.transact, MOVE);
    expect(await abandonMove(db.transact)).toBe(true);
    expect(await bindLedger(db.query, MOVE.from)).toBe(true);
    expect(await abandonMove(db.transact)).toBe(false);
    lease = (await takeLease(db.query, 'anchor', 'two', 60))!;
    expect((await anchor(1)).range.size).toBe(3);
  });
});

describe('a receipt has the batch after its own', () => {
  it('once that is in a block', async () => {
    const first = await anchor(2);
    expect(await receiptOfLeaf(db.query, 0)).not.toHaveProperty('next');
    const second = await save(1);
    expect(await receiptOfLeaf(db.query, 0)).not.toHaveProperty('next');
    const place = { txId: second.txId, blockNumber: 2n, block: Buffer.of(2), checkpoint: 'size 3' };
    await anchorBatch(db.transact, lease, second, place);
    const parts = { transaction: first.txId, next: { transaction: second.txId, block: Buffer.of(2) } };
    expect(await receiptOfLeaf(db.query, 1)).toMatchObject(parts);
    expect(await receiptOfLeaf(db.query, 2)).not.toHaveProperty('next');
  });

  it('unless that is on another ledger, to which the log has moved or is to move', async () => {
    const [first, second] = [await anchor(2), await anchor(1)];
    await sealLog(db.transact, MOVE);
    await adopted();
    lease = (await takeLease(db.query, 'anchor', 'two', 60))!;
    const [third, fourth] = [await anchor(1), await anchor(1)];
    const next = async (place: number) => {
      const parts = await receiptOfLeaf(db.query, place);
      return typeof parts === 'object' ? [parts.transaction, parts.next?.transaction] : parts;
    };
    expect(await next(0)).toEqual([first.txId, second.txId]);
    expect(await next(2)).toEqual([second.txId, undefined]);
    expect(await next(3)).toEqual([third.txId, fourth.txId]);
  });
});

describe('a log that has moved', () => {
  it('has a checkpoint of the new ledger at once, until a batch has one', async () => {
    await anchor(4);
    await sealLog(db.transact, MOVE);
    expect(await latestCheckpoint(db.query)).toEqual({ size: 4, checkpoint: 'size 4' });
    await adopted();
    expect(await latestCheckpoint(db.query)).toEqual({ size: 4, checkpoint: 'moved' });
    lease = (await takeLease(db.query, 'anchor', 'two', 60))!;
    await anchor(1);
    expect(await latestCheckpoint(db.query)).toEqual({ size: 5, checkpoint: 'size 5' });
  });

  it('shows for every event from before the way to the tree that moved, and for later ones none', async () => {
    const batches = [await anchor(3), await anchor(4)];
    const { root, size } = await sealLog(db.transact, MOVE);
    expect(await receiptOfLeaf(db.query, 1)).not.toHaveProperty('continuation');
    await adopted();
    lease = (await takeLease(db.query, 'anchor', 'two', 60))!;
    await anchor(2);
    for (const [i, place] of [1, 5].entries()) {
      const parts = await receiptOfLeaf(db.query, place);
      if (typeof parts !== 'object') throw new Error('no receipt');
      const { range } = batches[i]!;
      expect(verifyConsistency(range.size, size, range.root(), root, parts.continuation!)).toBe(true);
    }
    expect(await receiptOfLeaf(db.query, 8)).not.toHaveProperty('continuation');
  });

  it('does not change when it is completed again', async () => {
    await anchor(1);
    await sealLog(db.transact, MOVE);
    await adopted();
    await completeMove(db.query, { txId: 'other', blockNumber: 5n, block: Buffer.of(1), checkpoint: 'other' });
    expect((await sealedLog(db.query))?.transaction).toBe('adoption');
  });
});
