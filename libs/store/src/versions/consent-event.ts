// DESIGN section 4: the row that a version of a Consent leaves for the worker, in the transaction that stores it
import { createHmac } from 'node:crypto';
import type { Bind } from '#libs/consent';
import type { KeyChain } from '../keys/key-chain.js';
import type { Session } from '../postgres/database.js';
import { statement } from '../postgres/statement.js';

/** A version of a Consent, as the ledger will know it. */
export interface ConsentEvent {
  readonly handle: Buffer;
  readonly version: number;
  readonly revoked: boolean;
  /** Microseconds since 1970. */
  readonly recorded: bigint;
}

/** The name of a Consent on the ledger: a keyed hash, the same for all its versions. Without the key nothing leads back. */
export function consentHandle(id: string, chain: KeyChain): Buffer {
  return createHmac('sha256', chain.consents).update(`Consent/${id}`).digest();
}

/** Common table expression that inserts the row of the version with pid `pid` (SQL). */
export function consentEventCte({ handle, version, revoked, recorded }: ConsentEvent, pid: string, bind: Bind): string {
  return `ce AS (INSERT INTO consent_event (consent_pid, handle, version, revoked, recorded)
    SELECT ${pid}, ${bind(handle)}::bytea, ${bind(version)}::integer, ${bind(revoked)}::boolean, from_micros(${bind(String(recorded))}::bigint))`;
}

/**
 * Takes the time from which on these versions bind everyone: to be called once they are committed, so that every statement
 * that did not see them began before. Who does not get to it leaves it to the worker.
 */
export async function bindConsents(session: Session): Promise<void> {
  await session.run(
    statement(() => 'UPDATE consent_event SET binding = GREATEST(clock_timestamp(), recorded) WHERE binding IS NULL'),
  );
}

interface MissingRow {
  pid: string;
  id: string;
  version: number;
  deleted: boolean;
  recorded: string;
}

/** Rows for Consents that were stored before there were such rows. */
export async function addMissingConsentEvents(session: Session, chain: KeyChain): Promise<void> {
  const rows = await session.run<MissingRow>(
    statement(
      () => `SELECT pid, id, version, deleted, micros(last_updated) AS recorded FROM version v WHERE type = 'Consent'
        AND NOT EXISTS (SELECT FROM consent_event c WHERE c.consent_pid = v.pid) ORDER BY pid`,
    ),
  );
  for (const { pid, id, version, deleted, recorded } of rows) {
    const event = { handle: consentHandle(id, chain), version, revoked: deleted, recorded: BigInt(recorded) };
    await session.run(statement((bind) => `WITH ${consentEventCte(event, `${bind(pid)}::bigint`, bind)} SELECT`));
  }
}
