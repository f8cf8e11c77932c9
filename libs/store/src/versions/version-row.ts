import { gone } from '#libs/fhir-model';
import { openBlob } from '../blobs/sealed-blob.js';
import { openContent } from '../keys/content.js';
import type { PatientKeys } from '../keys/patient-keys.js';
import { unwrapVersionKey, type VersionKey } from '../keys/version-key.js';
import type { StoredVersion, VersionName } from '../stored-version.js';

/** One version as Postgres returns it. */
export interface VersionRow {
  pid: string;
  type: string;
  id: string;
  version: number;
  last_updated: string;
  interaction: StoredVersion['interaction'];
  content: Buffer | null;
  blob: Buffer | null;
  key: Buffer;
  key_patient: string | null;
  patient_key: Buffer | null;
  commitment: Buffer;
  patients: string[];
}

/** SQL bigint expression: some version of some patient, to be looked at in place of one that is not there. */
export const STAND_IN = '(SELECT min(pid) FROM compartment)';

/** SQL text[] expression: ids of the patients in whose compartment the version under `alias` is. */
export function patientIds(alias: string): string {
  return `ARRAY(SELECT k.id FROM compartment c JOIN patient_key k ON k.patient = c.patient
    WHERE c.pid = ${alias}.pid ORDER BY k.id)`;
}

/**
 * The columns of {@link VersionRow}; `content` is an SQL expression, for where it may not be shown. What has to be looked up is so where the
 * SQL condition `wanted` holds.
 */
export function versionColumns(alias: string, content = `${alias}.content`, wanted = 'true'): string {
  return `${alias}.pid, ${alias}.type, ${alias}.id, ${alias}.version, micros(${alias}.last_updated) AS last_updated,
    ${alias}.interaction, ${content} AS content, ${alias}.blob, ${alias}.key, ${alias}.key_patient,
    CASE WHEN ${wanted} THEN (SELECT k.wrapped FROM patient_key k WHERE k.patient = ${alias}.key_patient) END AS patient_key,
    ${alias}.commitment, CASE WHEN ${wanted} THEN ${patientIds(alias)} END AS patients`;
}

/**
 * Opens a row.
 * @throws BrokenSeal when content or key are not what was stored, FhirError 410 when the patient's key has been destroyed.
 */
export async function openVersion(row: VersionRow, keys: PatientKeys): Promise<StoredVersion> {
  const name = { type: row.type, id: row.id, version: row.version };
  const { data, commitment: commitmentKey } = versionKey(row, name, keys);
  return {
    ...name,
    pid: BigInt(row.pid),
    lastUpdated: BigInt(row.last_updated),
    interaction: row.interaction,
    bytes: row.content === null ? Buffer.alloc(0) : await openContent(row.content, name, data),
    ...(row.blob === null ? {} : { blob: openBlob(row.blob, name, data) }),
    patients: row.patients,
    commitment: row.commitment,
    commitmentKey,
  };
}

function versionKey(row: VersionRow, name: VersionName, keys: PatientKeys): VersionKey {
  const wrapping = row.key_patient === null ? keys.chain.shared : keys.unwrap(BigInt(row.key_patient), row.patient_key);
  if (wrapping === undefined) throw gone();
  return unwrapVersionKey(row.key, name, wrapping);
}
