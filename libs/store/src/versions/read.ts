// FHIR R4 http.html#read and http.html#vread: how a look-up ended.
import type { PatientKeys } from '../keys/patient-keys.js';
import { BrokenSeal } from '../keys/seal.js';
import type { Session } from '../postgres/database.js';
import { Groups } from '../postgres/groups.js';
import type { ReadResult } from '../read-result.js';
import { consentOf, decisionTime } from './decided-by.js';
import { type DecidedRow, type Lookup, lookUp } from './lookup.js';
import { openVersion } from './version-row.js';

/** Looks a version up and opens it. */
export type Read = (lookup: Lookup) => Promise<ReadResult>;

/** Counted in look-ups. Their contents are in memory at once. */
const GATHERING = { parallel: 2, largest: 32, mostWaiting: 10_000 };

/** Reads that are asked for together are one statement. */
export function readTogether(session: Session, keys: PatientKeys): Read {
  const groups = new Groups((lookups: readonly Lookup[]) => lookUp(lookups, session), GATHERING);
  return async (lookup) => opened(await groups.add(lookup), keys);
}

/** The same for a session that runs one statement after the other. */
export async function read(lookup: Lookup, session: Session, keys: PatientKeys): Promise<ReadResult> {
  const [row] = await lookUp([lookup], session);
  return opened(row as DecidedRow, keys);
}

async function opened(row: DecidedRow, keys: PatientKeys): Promise<ReadResult> {
  if (!row.there) return { outcome: 'absent', time: BigInt(row.time) };
  const time = decisionTime(row.time, [row.consent]);
  const consent = consentOf(row.consent);
  const { type, id, version, patients } = row;
  const unopened = { time, version: { type, id, version }, patients, ...consent };
  if (!row.ok) return { outcome: 'denied', ...unopened };
  try {
    const shown = await openVersion(row, keys);
    return { outcome: row.interaction === 'delete' ? 'gone' : 'found', time, version: shown, ...consent };
  } catch (error) {
    if (error instanceof BrokenSeal) return { outcome: 'broken', ...unopened };
    throw error;
  }
}
