import { timingSafeEqual } from 'node:crypto';
import { compileRules } from '#libs/consent';
import { contentCommitment } from '#libs/evidence';
import { parse } from '#libs/fhir-json';
import type { Consent } from '#libs/fhir-model';
import { patientsOf } from '#libs/search';
import type { Fault } from '../fault.js';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import { statement } from '../postgres/statement.js';
import type { StoredVersion } from '../stored-version.js';
import { storedContent } from '../versions/stored-content.js';
import { openVersion, patientIds, type VersionRow, versionColumns } from '../versions/version-row.js';
import { patientsOfTargets } from './patients-of-targets.js';

/** Versions read at a time. */
const PAGE = 200;

interface CheckedRow extends VersionRow {
  is_current: boolean;
  before: string[];
  rules: string;
}

/** Opens every version and compares it with what was derived from it when it was stored. */
export async function checkContent(session: Session, keys: PatientKeys): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (let after = '0'; ; ) {
    const rows = await page(after, session);
    for (const row of rows) faults.push(...(await faultsOf(row, keys, session)));
    const last = rows.at(-1);
    if (last === undefined) return faults;
    after = last.pid;
  }
}

function page(after: string, session: Session): Promise<CheckedRow[]> {
  return session.run<CheckedRow>(
    statement(
      (bind) => `SELECT ${versionColumns('v')}, v.is_current, ${patientIds('b')} AS before,
          (SELECT count(*) FROM consent_rule r WHERE r.consent_pid = v.pid) AS rules
        FROM version v LEFT JOIN version b ON b.type = v.type AND b.id = v.id AND b.version = v.version - 1
        WHERE v.pid > ${bind(after)} ORDER BY v.pid LIMIT ${PAGE}`,
    ),
  );
}

async function faultsOf(row: CheckedRow, keys: PatientKeys, session: Session): Promise<Fault[]> {
  const { type, id, version } = row;
  const name = { type, id, version };
  const open = await openVersion(row, keys).catch(() => undefined);
  if (open === undefined || !commits(open)) return [{ kind: 'content does not open', ...name }];
  const faults: Fault[] = [];
  if (!(await isInItsCompartments(open, row.before, session))) {
    faults.push({ kind: 'compartments differ from content', ...name });
  }
  if (expectedRules(row, open, keys) !== Number(row.rules)) faults.push({ kind: 'rules differ from content', ...name });
  return faults;
}

function commits(open: StoredVersion): boolean {
  return timingSafeEqual(contentCommitment(open.commitmentKey, storedContent(open)), open.commitment);
}

/** A Provenance that was stored with what it tells about is where that is; all else, where its content says. */
async function isInItsCompartments(open: StoredVersion, before: readonly string[], session: Session): Promise<boolean> {
  const actual = String(open.patients);
  if (String(expectedPatients(open, before)) === actual) return true;
  if (open.type !== 'Provenance' || open.interaction !== 'create') return false;
  return String(await patientsOfTargets(resourceOf(open), session)) === actual;
}

function expectedPatients(open: StoredVersion, before: readonly string[]): readonly string[] {
  return open.interaction === 'delete' ? before : [...new Set(patientsOf(open.type, resourceOf(open)))].sort();
}

function expectedRules(row: CheckedRow, open: StoredVersion, keys: PatientKeys): number {
  if (open.type !== 'Consent' || open.interaction === 'delete' || !row.is_current) return 0;
  return compileRules(resourceOf(open) as unknown as Consent, keys.hash64).length;
}

function resourceOf(open: StoredVersion): Parameters<typeof patientsOf>[1] {
  return parse(open.bytes).value as Parameters<typeof patientsOf>[1];
}
