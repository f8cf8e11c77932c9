import type { Query } from './query.js';

/** The database holds the log of another ledger than the one that is to continue it. */
export class OtherLedger extends Error {
  override readonly name = 'OtherLedger';

  constructor() {
    super('this database belongs to another ledger, whose log the present one cannot continue');
  }
}

/**
 * Binds the database for good to the ledger whose genesis block has this hash (hex). False when the server has not made
 * the database its own yet: ask again. Throws OtherLedger when it is bound to another.
 */
export async function bindLedger(query: Query, genesis: string): Promise<boolean> {
  const [row] = await query<{ genesis: string }>(
    `WITH bound AS (UPDATE installation SET genesis = coalesce(genesis, $1) RETURNING genesis) SELECT genesis FROM bound`,
    [genesis],
  );
  if (row !== undefined && row.genesis !== genesis) throw new OtherLedger();
  return row !== undefined;
}
