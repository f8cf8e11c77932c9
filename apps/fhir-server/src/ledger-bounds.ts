// How long answers wait for the ledger, and how far behind it may be
import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable } from '#libs/fhir-model';
import type { Services } from '#libs/interactions';
import { backlog, consentsNotOnLedger, projectionLag, type Query, type Store } from '#libs/store';

/** Milliseconds that the answer to a write of a Consent waits for the ledger. */
const CONSENT_WAIT = 2_000;
const LOOK_EVERY = 40;
/** The lag is measured at most so often, milliseconds. */
const MEASURED_FOR = 500;
const RETRY_AFTER_SECONDS = 5;

const queryOf =
  ({ dataSource }: Store): Query =>
  (sql, values) =>
    dataSource.query(sql, values);

/** Looks until all versions are on the ledger, two seconds at most. */
export function consentWait(store: Store): NonNullable<Services['consentsNotOnLedger']> {
  const query = queryOf(store);
  return async (written) => {
    const end = performance.now() + CONSENT_WAIT;
    let waiting = written;
    for (;;) {
      waiting = await consentsNotOnLedger(query, waiting);
      if (waiting.length === 0 || performance.now() + LOOK_EVERY > end) return waiting;
      await sleep(LOOK_EVERY);
    }
  };
}

/**
 * Refuses while the oldest event that is not on the ledger is older than `seconds`, or while the ledger was last followed into the
 * database, whole, longer ago: then nobody knows here what other sites have revoked.
 */
export function lagBound(store: Store, seconds: number): NonNullable<Services['checkLedgerLag']> {
  const query = queryOf(store);
  let measured: { at: number; lag: Promise<number> } | undefined;
  const lag = () => {
    if (measured === undefined || performance.now() - measured.at > MEASURED_FOR)
      measured = { at: performance.now(), lag: ledgerLag(query) };
    return measured.lag;
  };
  return async () => {
    if ((await lag()) > seconds)
      throw unavailable('The ledger is too far behind: nothing is shown until it has caught up', RETRY_AFTER_SECONDS);
  };
}

/** Seconds: of what goes to the ledger and what comes from it, the one that is further behind. */
async function ledgerLag(query: Query): Promise<number> {
  const { oldestSeconds } = await backlog(query, 1);
  const followed = (await projectionLag(query))?.seconds ?? (await neverFollowed(query));
  return Math.max(oldestSeconds, followed);
}

/** Seconds since the database was made, where no worker has followed the ledger into it yet. */
async function neverFollowed(query: Query): Promise<number> {
  const sql = 'SELECT extract(epoch FROM clock_timestamp() - since)::float8 AS seconds FROM installation';
  const [row] = await query<{ seconds: number }>(sql);
  return row?.seconds ?? 0;
}
