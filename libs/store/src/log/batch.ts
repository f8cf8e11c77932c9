import { CompactRange, type Growth } from '#libs/merkle';
import type { IdRanges } from './id-range.js';
import { type Lease, underLease } from './lease.js';
import { numberEvents } from './outbox.js';
import { type ParkedEvent, parkEvent } from './parked.js';
import type { Query, Transact } from './query.js';
import { appendTiles } from './tile.js';

/** A batch that has its events and its transaction, but no known outcome. */
export interface BatchInFlight {
  first: number;
  size: number;
  root: Buffer;
  txId: string;
  /** The bytes to send again; absent when another process sent them. */
  envelope: Buffer | undefined;
  /** Seconds since the transaction was prepared, by the clock of Postgres. */
  ageSeconds: number;
}

/** A transaction as it is saved; without an envelope another process has sent it. */
export interface SignedTransaction {
  txId: string;
  envelope: Uint8Array | undefined;
}

/** What is saved of a batch before its transaction is sent. */
export interface BatchToSave {
  first: number;
  range: CompactRange;
  /** Ids of the events; their leaves have this order. */
  events: IdRanges;
  /** The one event in whose place another leaf stands. */
  parked?: ParkedEvent;
  /** May still be on its way: the events get their places meanwhile. When it rejects, nothing is saved. */
  transaction: SignedTransaction | Promise<SignedTransaction>;
}

/** Where the ledger has a batch, and what was signed about it. */
export interface Anchor {
  txId: string;
  blockNumber: bigint;
  block: Uint8Array;
  checkpoint: string;
}

interface HeadRow {
  tree_size: string;
  range: Buffer;
}

function rangeOf(row: HeadRow | undefined): CompactRange {
  if (row === undefined) return CompactRange.of();
  const hashes = Array.from({ length: row.range.length / 32 }, (_, i) => row.range.subarray(i * 32, (i + 1) * 32));
  return CompactRange.of(Number(row.tree_size), hashes);
}

/** The tree of all batches whose transaction is VALID. */
export async function anchoredTree(query: Query): Promise<CompactRange> {
  const sql = 'SELECT tree_size::text, range FROM batch WHERE block IS NOT NULL ORDER BY batch.tree_size DESC LIMIT 1';
  return rangeOf((await query<HeadRow>(sql))[0]);
}

/** The one batch whose outcome is not known, if there is one. */
export async function batchInFlight(query: Query): Promise<BatchInFlight | undefined> {
  const [row] = await query<{
    first: string;
    size: string;
    root: Buffer;
    tx: string;
    envelope: Buffer | null;
    age: number;
  }>(
    `SELECT first_index::text AS first, tree_size::text AS size, root, tx_id AS tx, envelope,
       extract(epoch FROM clock_timestamp() - prepared_at)::float8 AS age
     FROM batch WHERE block IS NULL`,
  );
  if (row === undefined) return undefined;
  const { root, envelope, tx: txId, age: ageSeconds } = row;
  return { first: Number(row.first), size: Number(row.size), root, txId, envelope: envelope ?? undefined, ageSeconds };
}

/**
 * One transaction: the events get their places and the batch is in flight, if the lease is still held when all is there. Throws
 * LeaseLost, or what `transaction` rejects with, and saves nothing. Gives the transaction.
 */
export async function saveBatch(transact: Transact, lease: Lease, batch: BatchToSave): Promise<SignedTransaction> {
  return transact(async (query) => {
    await numberEvents(query, batch.events, batch.first);
    if (batch.parked) await parkEvent(query, batch.parked);
    const transaction = await batch.transaction;
    await underLease(query, lease);
    await query(
      `INSERT INTO batch (first_index, tree_size, root, range, epoch, tx_id, envelope) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        batch.first,
        batch.range.size,
        batch.range.root(),
        Buffer.concat(batch.range.hashes),
        lease.epoch.toString(),
        transaction.txId,
        transaction.envelope ?? null,
      ],
    );
    return transaction;
  });
}

/** Gives the batch in flight another transaction: for when the first can never become VALID, or another one already is. */
export async function replaceTransaction(
  transact: Transact,
  lease: Lease,
  first: number,
  transaction: SignedTransaction,
): Promise<void> {
  await transact(async (query) => {
    await underLease(query, lease);
    await query(
      `UPDATE batch SET tx_id = $2, envelope = $3, epoch = $4, prepared_at = clock_timestamp()
       WHERE first_index = $1 AND block IS NULL`,
      [first, transaction.txId, transaction.envelope ?? null, lease.epoch.toString()],
    );
  });
}

/**
 * One transaction: under the lease, the batch in flight is anchored for good and its leaves enter the
 * tiles. Throws when the batch is not in flight with this very transaction.
 */
export async function anchorBatch(
  transact: Transact,
  lease: Lease,
  batch: { first: number; growth: Growth },
  anchor: Anchor,
): Promise<void> {
  await transact(async (query) => {
    await underLease(query, lease);
    const rows = await query(
      `WITH anchored AS (
         UPDATE batch SET block_number = $3, block = $4, checkpoint = $5, anchored_at = clock_timestamp(), envelope = NULL
         WHERE first_index = $1 AND tx_id = $2 AND block IS NULL RETURNING 1
       ) SELECT 1 FROM anchored`,
      [batch.first, anchor.txId, anchor.blockNumber.toString(), anchor.block, anchor.checkpoint],
    );
    if (rows.length !== 1) throw new Error('the batch is not in flight with this transaction');
    await appendTiles(query, batch.first, batch.growth);
  });
}

/** The signed checkpoint after the last anchored batch, or of the move after it; undefined while there is none. */
export async function latestCheckpoint(query: Query): Promise<{ size: number; checkpoint: string } | undefined> {
  const [row] = await query<{ size: string; checkpoint: string }>(
    `(SELECT tree_size, tree_size::text AS size, checkpoint, false AS moved FROM batch WHERE block IS NOT NULL
       ORDER BY batch.tree_size DESC LIMIT 1)
     UNION ALL (SELECT tree_size, tree_size::text, checkpoint, true FROM adoption WHERE checkpoint IS NOT NULL)
     ORDER BY tree_size DESC, moved DESC LIMIT 1`,
  );
  return row && { size: Number(row.size), checkpoint: row.checkpoint };
}
