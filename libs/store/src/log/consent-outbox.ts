import { type Lease, underLease } from './lease.js';
import type { Query, Transact } from './query.js';

/** A version of a Consent that is not known to be on the ledger. Times are microseconds since 1970. */
export interface WaitingConsent {
  pid: string;
  /** Base64url. */
  handle: string;
  version: number;
  revoked: boolean;
  recorded: bigint;
  binding: bigint;
  /** The transaction that was saved for it, if any. */
  txId: string | undefined;
  envelope: Buffer | undefined;
  ageSeconds: number;
  /** An earlier version of the same Consent was refused for good, so that the ledger misses one. */
  afterRefused: boolean;
}

interface Row {
  pid: string;
  handle: Buffer;
  version: number;
  revoked: boolean;
  recorded: string;
  binding: string;
  tx: string | null;
  envelope: Buffer | null;
  age: number | null;
  after_refused: boolean;
}

/**
 * The oldest versions that wait, at most `limit`. What has no time yet from which it binds gets it here: the row is visible,
 * so whoever decided without it has begun before.
 */
export async function waitingConsents(query: Query, limit: number): Promise<WaitingConsent[]> {
  await query('UPDATE consent_event SET binding = GREATEST(clock_timestamp(), recorded) WHERE binding IS NULL');
  const rows = await query<Row>(
    `SELECT consent_pid::text AS pid, handle, version, revoked, micros(recorded) AS recorded, micros(binding) AS binding,
       tx_id AS tx, envelope, extract(epoch FROM clock_timestamp() - prepared_at)::float8 AS age,
       EXISTS (SELECT FROM consent_event e WHERE e.handle = c.handle AND e.version < c.version AND e.refused IS NOT NULL)
         AS after_refused
     FROM consent_event c WHERE block_number IS NULL AND refused IS NULL AND binding IS NOT NULL
     ORDER BY consent_pid LIMIT $1`,
    [limit],
  );
  return rows.map(({ pid, handle, version, revoked, recorded, binding, tx, envelope, age, after_refused }) => ({
    pid,
    handle: handle.toString('base64url'),
    version,
    revoked,
    recorded: BigInt(recorded),
    binding: BigInt(binding),
    txId: tx ?? undefined,
    envelope: envelope ?? undefined,
    ageSeconds: age ?? 0,
    afterRefused: after_refused,
  }));
}

async function change(transact: Transact, lease: Lease, pid: string, set: string, values: unknown[]): Promise<void> {
  await transact(async (query) => {
    await underLease(query, lease);
    await query(`UPDATE consent_event SET ${set} WHERE consent_pid = $1 AND block_number IS NULL`, [pid, ...values]);
  });
}

/** Saves the transaction before it is sent. Throws LeaseLost. */
export function saveConsentTransaction(
  transact: Transact,
  lease: Lease,
  pid: string,
  transaction: { txId: string; envelope: Uint8Array | undefined },
): Promise<void> {
  const { txId, envelope } = transaction;
  const set = 'tx_id = $2, envelope = $3, epoch = $4, prepared_at = clock_timestamp()';
  return change(transact, lease, pid, set, [txId, envelope ?? null, lease.epoch.toString()]);
}

/** The transaction is VALID. Throws LeaseLost. */
export function anchorConsent(
  transact: Transact,
  lease: Lease,
  pid: string,
  txId: string,
  block: bigint,
): Promise<void> {
  return change(transact, lease, pid, 'tx_id = $2, block_number = $3, envelope = NULL', [txId, block.toString()]);
}

/** The ledger will never take it; batches do not wait for it any more. Throws LeaseLost. */
export function refuseConsent(transact: Transact, lease: Lease, pid: string, reason: string): Promise<void> {
  return change(transact, lease, pid, 'refused = $2, envelope = NULL', [reason]);
}

/** A version of a Consent, by the names of the API. */
export interface ConsentVersion {
  readonly id: string;
  readonly version: number;
}

/** Those of the versions that are not known to be in a VALID transaction. */
export async function consentsNotOnLedger(
  query: Query,
  versions: readonly ConsentVersion[],
): Promise<ConsentVersion[]> {
  return query<ConsentVersion>(
    `SELECT x.id, x.version FROM unnest($1::text[], $2::integer[]) AS x (id, version)
     WHERE NOT EXISTS (SELECT FROM version v JOIN consent_event c ON c.consent_pid = v.pid
       WHERE v.type = 'Consent' AND v.id = x.id AND v.version = x.version AND c.block_number IS NOT NULL)`,
    [versions.map(({ id }) => id), versions.map(({ version }) => version)],
  );
}

/** Whether this version of a Consent is in a VALID transaction. */
export async function isConsentOnLedger(query: Query, id: string, version: number): Promise<boolean> {
  return (await consentsNotOnLedger(query, [{ id, version }])).length === 0;
}
