// FHIR R4 http.html#history: a version as an entry of a history
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Found, Gone, HistoryEntry } from '../read-result.js';
import { consentOf, type DecidedBy } from './decided-by.js';
import { openVersion, type VersionRow, versionColumns } from './version-row.js';

export interface HistoryRow extends VersionRow {
  consent: DecidedBy;
  made: boolean;
}

/** The columns of a {@link HistoryRow} but `consent`. */
export function historyColumns(alias: string): string {
  return `CASE ${alias}.interaction WHEN 'create' THEN true WHEN 'delete' THEN false ELSE ${alias}.version = 1
      OR EXISTS (SELECT FROM version p WHERE p.type = ${alias}.type AND p.id = ${alias}.id
        AND p.version = ${alias}.version - 1 AND p.interaction = 'delete') END AS made, ${versionColumns(alias)}`;
}

export async function historyEntry(row: HistoryRow, time: bigint, keys: PatientKeys): Promise<HistoryEntry> {
  const version = await openVersion(row, keys);
  const outcome: (Found | Gone)['outcome'] = row.interaction === 'delete' ? 'gone' : 'found';
  return { outcome, time, version, made: row.made, ...consentOf(row.consent) };
}
