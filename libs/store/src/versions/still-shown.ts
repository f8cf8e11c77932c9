// DESIGN section 3: what was shown once and is handed out later is decided on anew.
import type { Permit } from '#libs/consent';
import type { Session } from '../postgres/database.js';
import { statement } from '../postgres/statement.js';
import type { VersionName } from '../stored-version.js';
import { consentOf, DECIDED_AT, type DecidedBy, decidedBy, decisionTime } from './decided-by.js';

/** Which of some versions may be shown now. */
export interface StillShown {
  /** When it was decided: microseconds of the Postgres clock. */
  readonly time: bigint;
  readonly shown: readonly (VersionName & { readonly consent?: string })[];
}

interface Row extends VersionName {
  time: string;
  consent: DecidedBy;
}

/** Those of `names` that the permit shows and whose patient's key is there. */
export async function stillShown(names: readonly VersionName[], permit: Permit, session: Session): Promise<StillShown> {
  const rows = await session.run<Row>(
    statement((bind) => {
      const types = bind(names.map(({ type }) => type));
      const ids = bind(names.map(({ id }) => id));
      const versions = bind(names.map(({ version }) => version));
      return `SELECT ${DECIDED_AT} AS time, v.type, v.id, v.version, ${decidedBy(permit, 'v', bind)} AS consent
        FROM (SELECT) AS one LEFT JOIN (
          SELECT v.* FROM unnest(${types}::text[], ${ids}::text[], ${versions}::int[]) AS x (type, id, version)
          JOIN version v ON v.type = x.type AND v.id = x.id AND v.version = x.version
          WHERE ${permit.predicate('v', bind)} AND (v.key_patient IS NULL OR EXISTS (
            SELECT FROM patient_key k WHERE k.patient = v.key_patient AND k.wrapped IS NOT NULL))) AS v ON true`;
    }),
  );
  const found = rows.filter(({ type }) => type !== null);
  const time = decisionTime(
    rows[0]?.time ?? '0',
    found.map(({ consent }) => consent),
  );
  return { time, shown: found.map(({ type, id, version, consent }) => ({ type, id, version, ...consentOf(consent) })) };
}
