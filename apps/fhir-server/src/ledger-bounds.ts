// How long answers wait for the ledger, and how far behind it may be
import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable } from '#libs/fhir-model';
import type { Services } from '#libs/interactions';
import { backlog, isConsentOnLedger, type Query, type Store } from '#libs/store';

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

/** Looks until the version is on the ledger, two seconds at most. */
export function consentWait(store: Store): NonNullable<Services['consentOnLedger']> {
  const query = queryOf(store);
  return async (id, version) => {
    const end = Date.now() + CONSENT_WAIT;
    for (;;) {
      if (await isConsentOnLedger(query, id, version)) return true;
      if (Date.now() + LOOK_EVERY > end) return false;
      await sleep(LOOK_EVERY);
    }
  };
}

/** Refuses while the oldest event that is not on the ledger is older than `seconds`. */
export function lagBound(store: Store, seconds: number): NonNullable<Services['checkLedgerLag']> {
  const query = queryOf(store);
  let measured: { at: number; lag: Promise<number> } | undefined;
  const lag = () => {
    if (measured === undefined || Date.now() - measured.at > MEASURED_FOR)
      measured = { at: Date.now(), lag: backlog(query, 1).then(({ oldestSeconds }) => oldestSeconds) };
    return measured.lag;
  };
  return async () => {
    if ((await lag()) > seconds)
      throw unavailable('The ledger is too far behind: nothing is shown until it has caught up', RETRY_AFTER_SECONDS);
  };
}
