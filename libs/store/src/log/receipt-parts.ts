import type { Query } from './query.js';
import { consistencyProof, inclusionProof } from './tile.js';

/** All that a receipt is made of, but for what is encrypted in the opening and the content. */
export interface ReceiptParts {
  record: Buffer;
  leafIndex: number;
  treeSize: number;
  hashes: Buffer[];
  checkpoint: string;
  transaction: string;
  block: Buffer;
  /** Where the log moved after this batch: the proof from the tree of the checkpoint to the one that moved. */
  continuation?: Buffer[];
  /** The next batch on the same ledger, once it is in a block: its transaction, and the raw block that holds it. */
  next?: { transaction: string; block: Buffer };
}

interface PartsRow {
  record: Buffer;
  leaf: string | null;
  size: string | null;
  checkpoint: string | null;
  tx: string | null;
  block: Buffer | null;
  moved: string | null;
  next_tx: string | null;
  next_block: Buffer | null;
}

/** The batch after the last one before a move is on another ledger. What is parked is not in the log as itself, so it has no receipt. */
const PARTS = `SELECT event.record,
    CASE WHEN NOT EXISTS (SELECT FROM parked_event WHERE parked_event.event = event.id) THEN place_of(event.id)::text END AS leaf,
    batch.tree_size::text AS size, batch.checkpoint,
    batch.tx_id AS tx, batch.block,
    (SELECT a.tree_size::text FROM adoption a WHERE a.tx_id IS NOT NULL AND batch.tree_size <= a.tree_size) AS moved,
    next.tx_id AS next_tx, next.block AS next_block
  FROM event LEFT JOIN batch ON batch.first_index =
    (SELECT max(first_index) FROM batch AS earlier WHERE earlier.first_index <= place_of(event.id))
  LEFT JOIN batch AS next ON next.first_index = batch.tree_size AND next.block IS NOT NULL
    AND NOT EXISTS (SELECT FROM adoption WHERE adoption.tree_size = batch.tree_size)`;

async function parts(query: Query, row: PartsRow | undefined): Promise<ReceiptParts | 'unanchored' | undefined> {
  if (row === undefined) return undefined;
  const { record, leaf, size, checkpoint, tx, block, moved, next_tx: nextTx, next_block: nextBlock } = row;
  if (leaf === null || size === null || checkpoint === null || tx === null || block === null) return 'unanchored';
  const hashes = await inclusionProof(query, Number(leaf), Number(size));
  return {
    record,
    leafIndex: Number(leaf),
    treeSize: Number(size),
    hashes,
    checkpoint,
    transaction: tx,
    block,
    ...(moved !== null && { continuation: await consistencyProof(query, Number(size), Number(moved)) }),
    ...(nextTx !== null && nextBlock !== null && { next: { transaction: nextTx, block: nextBlock } }),
  };
}

/** The receipt of the event that wrote the version `pid`; `unanchored` until its batch is VALID, undefined without an event. */
export async function receiptOfVersion(query: Query, pid: bigint): Promise<ReceiptParts | 'unanchored' | undefined> {
  const rows = await query<PartsRow>(`${PARTS} WHERE event.version_pid = $1`, [pid.toString()]);
  return parts(query, rows[0]);
}

/** The receipt of the event at a place of the log. */
export async function receiptOfLeaf(query: Query, leafIndex: number): Promise<ReceiptParts | 'unanchored' | undefined> {
  const rows = await query<PartsRow>(`${PARTS} WHERE event.id = event_at($1)`, [leafIndex]);
  return parts(query, rows[0]);
}
