// FHIR R4 http.html#ccreate, #cond-update and #trules: what conditions and conditional references match.
import type { Bind, Permit } from '#libs/consent';
import type { Clause, SearchRequest } from '#libs/search';
import type { PatientKeys } from '../keys/patient-keys.js';
import { bigints, texts } from '../postgres/binary-array.js';
import type { Session } from '../postgres/database.js';
import { Groups } from '../postgres/groups.js';
import { list, prepared } from '../postgres/statement.js';
import { consentOf, type DecidedBy, decidedBy } from './decided-by.js';
import { type SearchMatch, search } from './search.js';
import { openVersion, type VersionRow, versionColumns } from './version-row.js';

/** A search of which only the first matches count: no total, no order but newest first, no next page. */
interface Condition {
  readonly request: SearchRequest;
  readonly permit: Permit;
}

/** The first matches that may be shown, at most `count` of the request. */
export type Matches = (request: SearchRequest, permit: Permit) => Promise<readonly SearchMatch[]>;

/** Counted in conditions. What they match is in memory at once. */
const GATHERING = { parallel: 1, largest: 32, mostWaiting: 50_000 };

/**
 * Conditions that are asked for together are one statement, where each is one value of an indexed element, as an identifier is. All
 * others are searches.
 */
export function matchesTogether(session: Session, keys: PatientKeys): Matches {
  const kinds = { kindOf: ({ permit }: Condition) => permit.alike, mayBeOfOne: () => false };
  const groups = new Groups(
    (asked: readonly Condition[]) => matchesOf(asked, session, keys),
    GATHERING,
    () => 1,
    kinds,
  );
  return async (request, permit) => {
    if (hashOf(request) !== undefined) return groups.add({ request, permit });
    return (await search(request, permit, session, keys)).matches;
  };
}

/** The one value that is asked for, where it is one. */
function hashOf({ params, patient, patientId }: SearchRequest): bigint | undefined {
  const [only, ...more] = params as readonly (Clause | undefined)[];
  const [condition, ...others] = only?.anyOf ?? [];
  const isOne = more.length === 0 && others.length === 0 && only?.not === false;
  const isFree = patient === undefined && patientId === undefined;
  return isOne && isFree && condition?.on === 'hash' ? condition.hash : undefined;
}

interface Row extends VersionRow {
  ord: string;
  consent: DecidedBy;
}

async function matchesOf(
  asked: readonly Condition[],
  session: Session,
  keys: PatientKeys,
): Promise<readonly (readonly SearchMatch[])[]> {
  const rows = await session.run<Row>(prepared((bind) => matchesSql(asked, bind)));
  const found = asked.map((): SearchMatch[] => []);
  for (const row of rows) {
    const at = Number(row.ord) - 1;
    const few = found[at] as SearchMatch[];
    if (few.length === asked[at]?.request.count) continue;
    few.push({ ...(await openVersion(row, keys)), ...consentOf(row.consent) });
  }
  return found;
}

/** OFFSET 0 fixes the order: from the value to its rows, newest first, and from those to their versions. Postgres may know nothing yet of tables that were just filled. */
function matchesSql(asked: readonly Condition[], bind: Bind): string {
  const { permit } = asked[0] as Condition;
  const types = `${bind(texts(asked.map(({ request }) => request.types[0] as string)))}::text[]`;
  const hashes = `${bind(bigints(asked.map(({ request }) => hashOf(request) ?? null)))}::bigint[]`;
  const most = bind(Math.max(...asked.map(({ request }) => request.count)));
  return `SELECT q.ord, ${versionColumns('v')}, ${decidedBy(permit, 'v', bind)} AS consent
    FROM unnest(${list(types)}, ${list(hashes)}) WITH ORDINALITY AS q (type, hash, ord)
    CROSS JOIN LATERAL (SELECT v.pid
      FROM (SELECT h.pid FROM index_hash h WHERE h.hash = q.hash ORDER BY h.pid DESC OFFSET 0) AS h
      CROSS JOIN LATERAL (SELECT v.pid FROM version v WHERE v.pid = h.pid AND v.type = q.type AND v.is_current
        AND NOT v.deleted AND ${permit.predicate('v', bind)} OFFSET 0) AS v LIMIT ${most}::bigint) AS found
    JOIN version v ON v.pid = found.pid ORDER BY q.ord, v.pid DESC`;
}
