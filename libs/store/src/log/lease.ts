import type { Query } from './query.js';

/** Leadership that somebody else has taken meanwhile: whoever sees this stops writing. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor() {
    super('another process leads now');
  }
}

export interface Lease {
  name: string;
  holder: string;
  /** Raised by each take-over: a fence against a leader that does not know it was deposed. */
  epoch: bigint;
}

/**
 * Takes the lease for `seconds` (by the clock of Postgres) when nobody holds it or its time has run out; undefined when
 * somebody does. `holder` is a name unique to the process.
 */
export async function takeLease(
  query: Query,
  name: string,
  holder: string,
  seconds: number,
): Promise<Lease | undefined> {
  const [row] = await query<{ epoch: string }>(
    `WITH taken AS (
       INSERT INTO lease AS held (name, holder, epoch, until)
       VALUES ($1, $2, 1, clock_timestamp() + make_interval(secs => $3))
       ON CONFLICT (name) DO UPDATE
         SET holder = excluded.holder, epoch = held.epoch + 1, until = excluded.until
         WHERE held.until <= clock_timestamp()
       RETURNING epoch
     ) SELECT epoch::text FROM taken`,
    [name, holder, seconds],
  );
  return row && { name, holder, epoch: BigInt(row.epoch) };
}

async function setUntil(query: Query, { name, holder, epoch }: Lease, seconds: number): Promise<boolean> {
  const rows = await query(
    `WITH kept AS (
       UPDATE lease SET until = clock_timestamp() + make_interval(secs => $4)
       WHERE name = $1 AND holder = $2 AND epoch = $3 RETURNING 1
     ) SELECT 1 FROM kept`,
    [name, holder, epoch.toString(), seconds],
  );
  return rows.length === 1;
}

/** Prolongs the lease to `seconds` from now. Throws LeaseLost when it is somebody else's. */
export async function renewLease(query: Query, held: Lease, seconds: number): Promise<void> {
  if (!(await setUntil(query, held, seconds))) throw new LeaseLost();
}

/** Gives the lease back, so that the next one need not wait. */
export async function releaseLease(query: Query, held: Lease): Promise<void> {
  await setUntil(query, held, 0);
}

/** Inside a transaction: it commits only if nobody else has taken the lease before. Throws LeaseLost. */
export async function underLease(query: Query, { name, epoch }: Lease): Promise<void> {
  const rows = await query('SELECT 1 FROM lease WHERE name = $1 AND epoch = $2 FOR SHARE', [name, epoch.toString()]);
  if (rows.length !== 1) throw new LeaseLost();
}
