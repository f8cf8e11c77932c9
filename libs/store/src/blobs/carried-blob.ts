import { goesOn, namedContent, type StoredBlob } from '#libs/blob';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';
import type { NewContent } from '../versions/new-content.js';
import { openVersion, type VersionRow, versionColumns } from '../versions/version-row.js';

/**
 * The content kept outside the database that a new version of a Binary takes over from the one before: it names it, and brings
 * none of its own. @throws FhirError 422 where it names other content.
 */
export async function carriedBlob(
  { type, content }: { type: string; content?: NewContent },
  before: bigint | undefined,
  session: Session,
  keys: PatientKeys,
): Promise<StoredBlob | undefined> {
  if (type !== 'Binary' || content === undefined || namedContent(content.document.value) === undefined)
    return undefined;
  return goesOn(content.document.value, before === undefined ? undefined : await blobOf(before, session, keys));
}

async function blobOf(pid: bigint, session: Session, keys: PatientKeys): Promise<StoredBlob | undefined> {
  const [row] = await session.run<VersionRow>(
    prepared((bind) => `SELECT ${versionColumns('v')} FROM version v WHERE v.pid = ${bind(String(pid))}::bigint`),
  );
  return row && (await openVersion(row, keys)).blob;
}
