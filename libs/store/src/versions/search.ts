// FHIR R4 search.html: the versions of a page, open.
import type { Permit } from '#libs/consent';
import type { SearchRequest } from '#libs/search';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import { prepared, statement } from '../postgres/statement.js';
import { type SearchPage, searchPage } from '../search/search-page.js';
import { hasOnePlan, type SearchRow, searchSql } from '../search/search-sql.js';
import type { StoredVersion } from '../stored-version.js';
import { consentOf, type DecidedBy, decidedBy, decisionTime } from './decided-by.js';
import type { Readable } from './histories.js';
import { deciding } from './several-permits.js';
import { openVersion, type VersionRow, versionColumns } from './version-row.js';

/** A match that may be shown, and the Consent version that decided so, if any did. */
export interface SearchMatch extends StoredVersion {
  readonly consent?: string;
}

interface MatchRow extends VersionRow, SearchRow {
  consent: DecidedBy;
}

/** One statement: the permit's predicate stands before every LIMIT and every count. */
export async function search(
  request: SearchRequest,
  permit: Permit | readonly Readable[],
  session: Session,
  keys: PatientKeys,
): Promise<SearchPage<SearchMatch>> {
  const deciders = deciding(permit);
  const planned = hasOnePlan(request) ? prepared : statement;
  const rows = await session.run<MatchRow>(
    planned((bind) => {
      const columns = `${versionColumns('v')}, ${decidedBy(deciders, 'v', bind)} AS consent`;
      return searchSql(request, deciders, columns, bind);
    }),
  );
  const page = searchPage(request, rows);
  const time = decisionTime(
    String(page.time),
    page.matches.map((row) => row.consent),
  );
  return { ...page, time, matches: await Promise.all(page.matches.map((row) => match(row, keys))) };
}

async function match(row: MatchRow, keys: PatientKeys): Promise<SearchMatch> {
  const version = await openVersion(row, keys);
  return { ...version, ...consentOf(row.consent) };
}
