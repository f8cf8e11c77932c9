// The move of the site's log to another ledger: the database changes hands in one transaction
import { COUNTED } from './backlog.js';
import { type Anchor, anchoredTree } from './batch.js';
import { OPEN, settledUpTo } from './outbox.js';
import type { Query, Transact } from './query.js';

/** Why the log cannot move as things are. The message is a sentence for people. */
export class CannotMove extends Error {
  override readonly name = 'CannotMove';
}

/** Hashes of the two genesis blocks, in hex. */
export interface Move {
  from: string;
  to: string;
}

/** A move that was begun: nothing goes to the ledger before any more. */
export interface SealedLog extends Move {
  size: number;
  root: Buffer;
  /** Once the log was adopted on the new ledger. */
  transaction: string | undefined;
}

interface Row {
  from: string;
  to: string;
  size: string;
  root: Buffer;
  tx: string | null;
}

/** The move of this log; undefined where there was none. */
export async function sealedLog(query: Query): Promise<SealedLog | undefined> {
  const [row] = await query<Row>(
    `SELECT from_genesis AS "from", to_genesis AS "to", tree_size::text AS size, root, tx_id AS tx FROM adoption`,
  );
  if (row === undefined) return undefined;
  const { from, to, size, root, tx } = row;
  return { from, to, size: Number(size), root, transaction: tx ?? undefined };
}

/** What is not on the ledger yet and must be before the log can move: events, Consents, a batch without an outcome. */
export interface Undrained {
  events: number;
  consents: number;
  batches: number;
}

const MOST_COUNTED = 100_000;

/** Counts what has to go to the ledger in use before the log can leave it; no more than 100,000 of each. */
export async function undrained(query: Query): Promise<Undrained> {
  const [row] = await query<Record<keyof Undrained, number>>(
    `WITH ${OPEN} SELECT
       ${COUNTED}::integer AS events,
       (SELECT count(*)::integer FROM (
         SELECT FROM consent_event WHERE block_number IS NULL AND refused IS NULL LIMIT $2) AS c) AS consents,
       (SELECT count(*)::integer FROM batch WHERE block IS NULL) AS batches`,
    [await settledUpTo(query), MOST_COUNTED],
  );
  return row ?? { events: 0, consents: 0, batches: 0 };
}

async function checkDrained(query: Query): Promise<void> {
  const { events, consents, batches } = await undrained(query);
  if (events + consents + batches === 0) return;
  throw new CannotMove(
    `${events} events and ${consents} Consents are not on the ledger yet, so the log cannot leave it: something still writes to this database.`,
  );
}

async function changeLedger(query: Query, genesis: string): Promise<void> {
  await query('UPDATE installation SET genesis = $1', [genesis]);
  // Whoever led for the other ledger is deposed at once.
  await query('UPDATE lease SET epoch = epoch + 1, until = clock_timestamp()');
  for (const table of ['ledger_checkpoint', 'ledger_head', 'ledger_consent']) await query(`DELETE FROM ${table}`);
}

/**
 * One transaction: the log ends on the ledger `from` at the size it has there, and from now on the database belongs to the
 * ledger `to`: its identity, the leadership and the projection, of which only the violations found before stay. A worker of
 * the other ledger writes nothing any more. Done before, it gives what was sealed then. Throws CannotMove.
 */
export async function sealLog(transact: Transact, move: Move): Promise<SealedLog> {
  return transact(async (query) => {
    const [bound] = await query<{ genesis: string | null }>('SELECT genesis FROM installation FOR UPDATE');
    const sealed = await sealedLog(query);
    if (sealed !== undefined) return continued(sealed, move);
    if (bound?.genesis !== move.from) throw new CannotMove('The database belongs to another ledger than this one.');
    await checkDrained(query);
    const tree = await anchoredTree(query);
    if (tree.size === 0) throw new CannotMove('Nothing is on the ledger yet, so there is no log that could move.');
    await query('INSERT INTO adoption (from_genesis, to_genesis, tree_size, root) VALUES ($1, $2, $3, $4)', [
      move.from,
      move.to,
      tree.size,
      tree.root(),
    ]);
    await changeLedger(query, move.to);
    return { ...move, size: tree.size, root: tree.root(), transaction: undefined };
  });
}

function continued(sealed: SealedLog, { from, to }: Move): SealedLog {
  if (sealed.from === from && sealed.to === to) return sealed;
  throw new CannotMove('The log has begun to move, but between other ledgers than these two.');
}

/** The log was adopted, VALID in this transaction; done before, it changes nothing. */
export async function completeMove(query: Query, { txId, blockNumber, block, checkpoint }: Anchor): Promise<void> {
  await query(
    `UPDATE adoption SET tx_id = $1, block_number = $2, block = $3, checkpoint = $4, adopted_at = clock_timestamp()
     WHERE tx_id IS NULL`,
    [txId, blockNumber.toString(), block, checkpoint],
  );
}

/**
 * One transaction: the log stays where it was, and goes on there. The projection begins anew. Nobody may have been given a pin
 * of the ledger it was to move to. False where no move was begun.
 */
export async function abandonMove(transact: Transact): Promise<boolean> {
  return transact(async (query) => {
    const sealed = await sealedLog(query);
    if (sealed === undefined) return false;
    await query('DELETE FROM adoption');
    await changeLedger(query, sealed.from);
    await query('DELETE FROM ledger_violation');
    return true;
  });
}
