// RFC 6962 and C2SP tlog-tiles over real Postgres: numbering, batches in flight, anchoring, proofs, lease
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CompactRange, verifyConsistency, verifyInclusion } from '#libs/merkle';
import {
  anchorBatch,
  anchoredTree,
  backlog,
  batchInFlight,
  consistencyProof,
  countOf,
  inclusionProof,
  type Lease,
  LeaseLost,
  latestCheckpoint,
  numberedEvents,
  receiptOfLeaf,
  receiptOfVersion,
  releaseLease,
  renewLease,
  replaceTransaction,
  saveBatch,
  takeLease,
  unnumberedEvents,
} from '../src/log/index.js';
import { emptied, grown, type LogDatabase, leavesOf, logDatabase } from './log-database.js';

let db: LogDatabase;
let lease: Lease;
let transactions = 0;

beforeAll(async () => {
  db = await logDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  await emptied(db.query);
  lease = (await takeLease(db.query, 'anchor', 'one', 60))!;
});

async function save(limit = 5000) {
  const events = await unnumberedEvents(db.query, limit);
  const before = await anchoredTree(db.query);
  const first = before.size;
  const { range, growth } = grown(before, events);
  const txId = `tx-${transactions++}`;
  await saveBatch(db.transact, lease, {
    first,
    range,
    events: events.ids,
    transaction: { txId, envelope: Buffer.from(txId) },
  });
  return { first, leaves: leavesOf(events), growth, txId, range };
}

const waiting = async () => countOf((await unnumberedEvents(db.query, 9)).ids);

async function anchor(limit?: number) {
  const batch = await save(limit);
  const place = { txId: batch.txId, blockNumber: 1n, block: Buffer.of(1), checkpoint: `size ${batch.range.size}` };
  await anchorBatch(db.transact, lease, batch, place);
  return batch;
}

describe('a batch', () => {
  it('gives its events the next places, in order, and is then in flight', async () => {
    const leaves = await db.addEvents(3);
    const { txId, range } = await save();
    expect(leavesOf(await numberedEvents(db.query, 0, 3))).toEqual(leaves);
    expect(await waiting()).toBe(0);
    const pending = await batchInFlight(db.query);
    expect(pending).toMatchObject({ first: 0, size: 3, txId, root: range.root(), envelope: Buffer.from(txId) });
    expect(pending!.ageSeconds).toBeLessThan(60);
    expect((await anchoredTree(db.query)).size).toBe(0);
  });

  it('builds on the largest tree, also where a smaller size sorts behind it as text', async () => {
    await db.addEvents(12);
    await anchor(9);
    await anchor(3);
    expect((await anchoredTree(db.query)).size).toBe(12);
  });

  it('is refused while another one is in flight, and its events stay without a place', async () => {
    await db.addEvents(2);
    await save(1);
    await expect(save(1)).rejects.toThrow();
    expect(await waiting()).toBe(1);
  });

  it('is refused when one of its events is gone, and the others stay without a place', async () => {
    await db.addEvents(2);
    const events = await unnumberedEvents(db.query, 9);
    await db.query('DELETE FROM event WHERE id = $1', [events.ids[0]!.first]);
    const { range } = grown(CompactRange.of(), events);
    const batch = { first: 0, range, events: events.ids, transaction: { txId: 'x', envelope: undefined } };
    await expect(saveBatch(db.transact, lease, batch)).rejects.toThrow(/gone/);
    expect(await waiting()).toBe(1);
    expect(await batchInFlight(db.query)).toBeUndefined();
  });

  it('is refused when one of its events has a place already', async () => {
    await db.addEvents(2);
    const { ids } = await unnumberedEvents(db.query, 1);
    await anchor(1);
    const { range } = grown(await anchoredTree(db.query), await unnumberedEvents(db.query, 1));
    const batch = { first: 1, range, events: ids, transaction: { txId: 'x', envelope: undefined } };
    await expect(saveBatch(db.transact, lease, batch)).rejects.toThrow(/exclusion|unique/);
    expect(await waiting()).toBe(1);
  });

  it('can be given another transaction while in flight, and not once it is anchored', async () => {
    await db.addEvents(1);
    const { first, growth } = await save();
    await replaceTransaction(db.transact, lease, first, { txId: 'again', envelope: undefined });
    expect(await batchInFlight(db.query)).toMatchObject({ txId: 'again', envelope: undefined });
    const place = { blockNumber: 1n, block: Buffer.of(1), checkpoint: 'c' };
    await expect(anchorBatch(db.transact, lease, { first, growth }, { txId: 'old', ...place })).rejects.toThrow();
    await anchorBatch(db.transact, lease, { first, growth }, { txId: 'again', ...place });
    await replaceTransaction(db.transact, lease, first, { txId: 'too late', envelope: undefined });
    expect(await receiptOfLeaf(db.query, 0)).toMatchObject({ transaction: 'again' });
  });
});

describe('the anchored log', () => {
  it('gives verifying proofs for every leaf at every batch, and between all sizes', async () => {
    const sizes: number[] = [];
    const roots: Buffer[] = [];
    const leaves: Buffer[] = [];
    for (const count of [1, 254, 1, 300, 513]) {
      await db.addEvents(count);
      const batch = await anchor();
      leaves.push(...batch.leaves);
      sizes.push(batch.range.size);
      roots.push(batch.range.root());
    }
    for (const leaf of [0, 1, 254, 255, 256, 555, 556, 1068]) {
      const at = sizes.findIndex((size) => size > leaf);
      const proof = await inclusionProof(db.query, leaf, sizes[at]!);
      expect(verifyInclusion(leaf, sizes[at]!, leaves[leaf]!, proof, roots[at]!)).toBe(true);
    }
    for (const [i, older] of sizes.entries()) {
      const proof = await consistencyProof(db.query, older, 1069);
      expect(verifyConsistency(older, 1069, roots[i]!, roots.at(-1)!, proof)).toBe(true);
    }
    expect(await latestCheckpoint(db.query)).toEqual({ size: 1069, checkpoint: 'size 1069' });
  });

  it('has the parts of a receipt for the event that wrote a version', async () => {
    const [leaf] = await db.addEvents(2);
    await db.query('UPDATE event SET version_pid = 77 WHERE leaf = $1', [leaf]);
    expect(await receiptOfVersion(db.query, 77n)).toBe('unanchored');
    const batch = await save();
    expect(await receiptOfVersion(db.query, 77n)).toBe('unanchored');
    await anchorBatch(db.transact, lease, batch, {
      txId: batch.txId,
      blockNumber: 9n,
      block: Buffer.of(5),
      checkpoint: 'c',
    });
    const parts = await receiptOfVersion(db.query, 77n);
    expect(parts).toMatchObject({
      record: leaf,
      leafIndex: 0,
      treeSize: 2,
      transaction: batch.txId,
      block: Buffer.of(5),
      checkpoint: 'c',
    });
    expect(await receiptOfVersion(db.query, 78n)).toBeUndefined();
    expect(await receiptOfLeaf(db.query, 2)).toBeUndefined();
  });

  it('tells what waits, batches in flight included', async () => {
    expect(await backlog(db.query, 100)).toEqual({ events: 0, oldestSeconds: 0 });
    await db.addEvents(5);
    await save(2);
    await db.query(`UPDATE event SET time = clock_timestamp() - interval '90 seconds' WHERE id = event_at(0)`);
    const waiting = await backlog(db.query, 100);
    expect(waiting.events).toBe(5);
    expect(waiting.oldestSeconds).toBeGreaterThan(89);
  });
});

describe('the lease', () => {
  it('has one holder, until its time runs out or it is given back', async () => {
    expect(await takeLease(db.query, 'anchor', 'two', 60)).toBeUndefined();
    await renewLease(db.query, lease, 60);
    await releaseLease(db.query, lease);
    const taken = await takeLease(db.query, 'anchor', 'two', 0.05);
    expect(taken!.epoch).toBe(lease.epoch + 1n);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await takeLease(db.query, 'anchor', 'three', 60))!.epoch).toBe(lease.epoch + 2n);
    await expect(renewLease(db.query, taken!, 60)).rejects.toThrow(LeaseLost);
  });

  it('once lost, lets nothing more be written', async () => {
    await db.addEvents(2);
    const batch = await save(1);
    await releaseLease(db.query, lease);
    const next = await takeLease(db.query, 'anchor', 'two', 60);
    const place = { txId: batch.txId, blockNumber: 1n, block: Buffer.of(1), checkpoint: 'c' };
    await expect(anchorBatch(db.transact, lease, batch, place)).rejects.toThrow(LeaseLost);
    await expect(replaceTransaction(db.transact, lease, 0, batch as never)).rejects.toThrow(LeaseLost);
    await anchorBatch(db.transact, next!, batch, place);
    await expect(save()).rejects.toThrow(LeaseLost);
    expect(await waiting()).toBe(1);
  });

  it('goes to exactly one of many who ask at once', async () => {
    await releaseLease(db.query, lease);
    const taken = await Promise.all(Array.from({ length: 8 }, (_, i) => takeLease(db.query, 'anchor', `h${i}`, 60)));
    expect(taken.filter((one) => one !== undefined)).toHaveLength(1);
  });
});
