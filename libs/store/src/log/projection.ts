import type { Query, Transact } from './query.js';

/** The last block that the projection includes. */
export interface LedgerCheckpoint {
  block: bigint;
  headerHash: Buffer;
}

/** What one block says, in the words of the projection. Times are microseconds since 1970. */
export interface BlockFacts {
  number: bigint;
  headerHash: Uint8Array;
  heads: { site: string; mspId: string; size: number; root: Uint8Array; txId: string }[];
  consents: {
    handle: string;
    version: number;
    mspId: string;
    revoked: boolean;
    recorded: number;
    binding: number;
    txId: string;
  }[];
  violations: { site: string; first: number; handle: string; version: number; reason: string; txId: string }[];
}

export async function ledgerCheckpoint(query: Query): Promise<LedgerCheckpoint | undefined> {
  const [row] = await query<{ block: string; hash: Buffer }>(
    'SELECT block_number::text AS block, header_hash AS hash FROM ledger_checkpoint',
  );
  return row && { block: BigInt(row.block), headerHash: row.hash };
}

/** Begins before the first block after the genesis block, whose header has this hash; does nothing where it has begun. */
export async function beginProjection(query: Query, genesis: Uint8Array): Promise<void> {
  await query(
    `INSERT INTO ledger_checkpoint (block_number, header_hash, height, confirmed_at)
     VALUES (0, $1, 1, clock_timestamp()) ON CONFLICT DO NOTHING`,
    [genesis],
  );
}

const bytes = (handle: string) => Buffer.from(handle, 'base64url');

async function projectBlock(query: Query, block: BlockFacts): Promise<void> {
  const number = block.number.toString();
  for (const { site, mspId, size, root, txId } of block.heads)
    await query(
      `INSERT INTO ledger_head VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (site) DO UPDATE SET msp_id = excluded.msp_id,
         tree_size = excluded.tree_size, root = excluded.root, block_number = excluded.block_number, tx_id = excluded.tx_id`,
      [site, mspId, size, root, number, txId],
    );
  for (const { handle, version, mspId, revoked, recorded, binding, txId } of block.consents)
    await query(
      `INSERT INTO ledger_consent VALUES ($1, $2, $3, $4, from_micros($5), from_micros($6), $7, $8) ON CONFLICT DO NOTHING`,
      [bytes(handle), version, mspId, revoked, recorded, binding, number, txId],
    );
  for (const { site, first, handle, version, reason, txId } of block.violations)
    await query(`INSERT INTO ledger_violation VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, [
      site,
      first,
      bytes(handle),
      version,
      reason,
      number,
      txId,
    ]);
}

/**
 * One transaction: blocks that follow `after`, in order, and the checkpoint behind them. False, with nothing changed, when
 * another process has been there.
 */
export async function projectBlocks(
  transact: Transact,
  after: bigint,
  blocks: readonly BlockFacts[],
): Promise<boolean> {
  const last = blocks.at(-1);
  if (last === undefined) return true;
  return transact(async (query) => {
    const moved = await query(
      `WITH moved AS (UPDATE ledger_checkpoint SET block_number = $2, header_hash = $3 WHERE block_number = $1 RETURNING 1)
       SELECT 1 FROM moved`,
      [after.toString(), last.number.toString(), last.headerHash],
    );
    if (moved.length === 0) return false;
    for (const block of blocks) await projectBlock(query, block);
    return true;
  });
}

/** Notes how many blocks the ledger has, and, where the projection includes them all, that it does now. */
export async function noteHeight(query: Query, height: bigint): Promise<void> {
  await query(
    `UPDATE ledger_checkpoint SET height = $1,
       confirmed_at = CASE WHEN block_number + 1 >= $1 THEN clock_timestamp() ELSE confirmed_at END`,
    [height.toString()],
  );
}

/** Forgets all that was projected: the next worker begins again at the genesis block. */
export async function forgetProjection(transact: Transact): Promise<void> {
  await transact(async (query) => {
    for (const table of ['ledger_checkpoint', 'ledger_head', 'ledger_consent', 'ledger_violation'])
      await query(`DELETE FROM ${table}`);
  });
}

/** How far the projection is behind the ledger. */
export interface ProjectionLag {
  /** Blocks of the ledger, when it was last asked. */
  height: number;
  /** Blocks that are not included. */
  blocks: number;
  /** Seconds since all were. */
  seconds: number;
}

/** Undefined until the ledger has been followed for the first time. */
export async function projectionLag(query: Query): Promise<ProjectionLag | undefined> {
  const [row] = await query<{ height: string; blocks: string; seconds: number }>(
    `SELECT height::text, (height - block_number - 1)::text AS blocks,
       extract(epoch FROM clock_timestamp() - confirmed_at)::float8 AS seconds FROM ledger_checkpoint`,
  );
  return row && { height: Number(row.height), blocks: Number(row.blocks), seconds: Math.max(0, row.seconds) };
}
