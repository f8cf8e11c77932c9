// FHIR R4 http.html#cond-update and #cdelete: a match that stays one until the write is done.
import { conflict } from '#libs/fhir-model';
import type { StoredVersion, StoreTransaction } from '#libs/store';
import type { FhirRequest } from '../fhir-request.js';
import type { Done } from '../record.js';
import type { Services } from '../services.js';
import type { Criteria } from './criteria.js';
import { matchesOf } from './match.js';

/** How often others may change what matches before we give up. */
const ATTEMPTS = 5;

/**
 * The matches, each locked: nobody else writes them until the transaction ends. Asked again once the locks are held, since a
 * match may have been changed before.
 * @throws FhirError 412 for more matches than one may have, 409 where others change them again and again.
 */
export async function settledMatches(
  services: Services & { store: StoreTransaction },
  request: FhirRequest,
  criteria: Criteria,
  action: Done['action'],
): Promise<readonly StoredVersion[]> {
  let found = await matchesOf(services, request, criteria, action);
  for (let attempt = 0; attempt < ATTEMPTS && found.length > 0; attempt += 1) {
    await services.store.lock({ resources: found });
    const again = await matchesOf(services, request, criteria, action);
    if (isSubset(again, found)) return again;
    found = again;
  }
  if (found.length > 0) throw conflict('Others are changing what the condition matches; try again');
  return found;
}

function isSubset(some: readonly StoredVersion[], all: readonly StoredVersion[]): boolean {
  const ids = new Set(all.map(({ id }) => id));
  return some.every(({ id }) => ids.has(id));
}
