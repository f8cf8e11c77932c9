// FHIR R4 http.html#delete: whether other resources refer to one.
import type { Permit } from '#libs/consent';
import { referrerHashes } from '#libs/search';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import { statement } from '../postgres/statement.js';
import type { ResourceName } from './absent.js';

/** Whether a current version of another resource refers to this one; with a permit, one that it shows. */
export async function referredTo(
  { type, id }: ResourceName,
  permit: Permit | undefined,
  session: Session,
  { hash64 }: PatientKeys,
): Promise<boolean> {
  const hashes = referrerHashes({ type, id }, hash64).map(String);
  const rows = await session.run(
    statement(
      (bind) => `SELECT FROM index_hash i JOIN version v ON v.pid = i.pid
        WHERE i.hash = ANY (${bind(hashes)}::bigint[]) AND (v.type, v.id) <> (${bind(type)}, ${bind(id)})
          AND ${permit === undefined ? 'true' : permit.predicate('v', bind)} LIMIT 1`,
    ),
  );
  return rows.length > 0;
}
