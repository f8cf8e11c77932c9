import type { Hash64 } from '#libs/consent';
import type { Session } from './database.js';
import { prepared } from './statement.js';

/** What a transaction of several interactions keeps others from. */
export interface Locks {
  /** Texts that name what is searched for before something is written because of what was found. */
  readonly matches?: readonly string[];
  /** Resources to be written, existing or not. */
  readonly resources?: readonly { readonly type: string; readonly id: string }[];
  /** Ids of patients whose Consents will be written. */
  readonly consenting?: readonly string[];
}

/** Advisory locks until the end of the transaction: matches, then resources, then patients, each kind in ascending order. */
export async function takeLocks(locks: Locks, session: Session, hash64: Hash64): Promise<void> {
  const { matches = [], resources = [], consenting = [] } = locks;
  await take(
    matches.map((match) => hash64('match lock', match)),
    session,
  );
  await take(
    resources.map(({ type, id }) => hash64('resource lock', type, id)),
    session,
  );
  await take(
    consenting.map((id) => hash64('Patient', id)),
    session,
  );
}

async function take(keys: readonly bigint[], session: Session): Promise<void> {
  if (keys.length === 0) return;
  await session.run(
    prepared(
      (bind) => `SELECT count(pg_advisory_xact_lock(key)) FROM
        (SELECT DISTINCT key FROM unnest(${bind(keys.map(String))}::bigint[]) AS key ORDER BY key OFFSET 0) AS ordered`,
    ),
  );
}
