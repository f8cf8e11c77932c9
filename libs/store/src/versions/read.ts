// FHIR R4 http.html#read and http.html#vread, as one statement: decision and data.
import type { Bind, Permit } from '#libs/consent';
import type { PatientKeys } from '../keys/patient-keys.js';
import { BrokenSeal } from '../keys/seal.js';
import type { Session } from '../postgres/database.js';
import { prepared, type Statement } from '../postgres/statement.js';
import type { ReadResult } from '../read-result.js';
import { consentOf, DECIDED_AT, type DecidedBy, decidedBy, decisionTime } from './decided-by.js';
import { openVersion, STAND_IN, type VersionRow, versionColumns } from './version-row.js';

/** One row, whether there is such a version or not; where not, the rest is about a stand-in. */
interface DecidedRow extends VersionRow {
  time: string;
  there: boolean;
  ok: boolean;
  consent: DecidedBy;
}

/** The current version of a resource. */
export function readStatement(name: { type: string; id: string }, permit: Permit): Statement {
  return prepared((bind) =>
    decided(`SELECT pid FROM resource WHERE type = ${bind(name.type)} AND id = ${bind(name.id)}`, permit, bind),
  );
}

/** One version of a resource. */
export function vreadStatement(name: { type: string; id: string; version: number }, permit: Permit): Statement {
  return prepared((bind) =>
    decided(
      `SELECT pid FROM version WHERE type = ${bind(name.type)} AND id = ${bind(name.id)} AND version = ${bind(name.version)}`,
      permit,
      bind,
    ),
  );
}

/** Where nothing is found, all is worked out about a stand-in, so that it takes as long as finding what is denied. */
function decided(found: string, permit: Permit, bind: Bind): string {
  return `SELECT ${DECIDED_AT} AS time, f.pid IS NOT NULL AS there, d.ok,
      ${decidedBy(permit, 'v', bind)} AS consent, ${versionColumns('v', 'CASE WHEN d.ok AND f.pid = v.pid THEN v.content END')}
    FROM (SELECT (${found}) AS pid OFFSET 0) AS f
    LEFT JOIN version v ON v.pid = COALESCE(f.pid, ${STAND_IN})
    LEFT JOIN LATERAL (SELECT ${permit.predicate('v', bind)} AS ok OFFSET 0) AS d ON true`;
}

/** Runs one of the two and says how it ended. */
export async function read(statement: Statement, session: Session, keys: PatientKeys): Promise<ReadResult> {
  const [row] = await session.run<DecidedRow>(statement);
  if (row === undefined) throw new Error('a read always returns a row');
  if (!row.there) return { outcome: 'absent', time: BigInt(row.time) };
  const time = decisionTime(row.time, [row.consent]);
  const consent = consentOf(row.consent);
  const { type, id, version, patients } = row;
  const unopened = { time, version: { type, id, version }, patients, ...consent };
  if (!row.ok) return { outcome: 'denied', ...unopened };
  try {
    const opened = await openVersion(row, keys);
    return { outcome: row.interaction === 'delete' ? 'gone' : 'found', time, version: opened, ...consent };
  } catch (error) {
    if (error instanceof BrokenSeal) return { outcome: 'broken', ...unopened };
    throw error;
  }
}
