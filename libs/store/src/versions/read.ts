// FHIR R4 http.html#read and http.html#vread, as one statement: decision and data.
import type { Bind, Permit } from '#libs/consent';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import { prepared, type Statement } from '../postgres/statement.js';
import type { ReadResult } from '../read-result.js';
import { openVersion, type VersionRow, versionColumns } from './version-row.js';

/** One row, whether there is such a version or not. */
interface DecidedRow extends VersionRow {
  time: string;
  ok: boolean;
  consent: string | null;
}

/** The current version of a resource. */
export function readStatement(name: { type: string; id: string }, permit: Permit): Statement {
  return prepared((bind) =>
    decided(
      `(resource r JOIN version v ON v.pid = r.pid) ON r.type = ${bind(name.type)} AND r.id = ${bind(name.id)}`,
      permit,
      bind,
    ),
  );
}

/** One version of a resource. */
export function vreadStatement(name: { type: string; id: string; version: number }, permit: Permit): Statement {
  return prepared((bind) =>
    decided(
      `version v ON v.type = ${bind(name.type)} AND v.id = ${bind(name.id)} AND v.version = ${bind(name.version)}`,
      permit,
      bind,
    ),
  );
}

function decided(joined: string, permit: Permit, bind: Bind): string {
  return `SELECT micros(statement_timestamp()) AS time, d.ok, ${permit.decidedBy('v', bind)} AS consent,
      ${versionColumns('v', 'CASE WHEN d.ok THEN v.content END')}
    FROM (SELECT) AS one LEFT JOIN ${joined}
    LEFT JOIN LATERAL (SELECT ${permit.predicate('v', bind)} AS ok OFFSET 0) AS d ON true`;
}

/** Runs one of the two and says how it ended. */
export async function read(statement: Statement, session: Session, keys: PatientKeys): Promise<ReadResult> {
  const [row] = await session.run<DecidedRow>(statement);
  if (row === undefined) throw new Error('a read always returns a row');
  const time = BigInt(row.time);
  if (row.pid === null) return { outcome: 'absent', time };
  const consent = row.consent === null ? {} : { consent: row.consent };
  if (!row.ok) {
    const { type, id, version, patients } = row;
    return { outcome: 'denied', time, version: { type, id, version }, patients, ...consent };
  }
  const version = await openVersion(row, keys);
  return { outcome: row.interaction === 'delete' ? 'gone' : 'found', time, version, ...consent };
}
