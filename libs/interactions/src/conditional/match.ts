// FHIR R4 http.html#ccreate, #cond-update and #cdelete: none, one, or too many matches.
import { preconditionFailed } from '#libs/fhir-model';
import type { StoredVersion } from '#libs/store';
import type { FhirRequest } from '../fhir-request.js';
import { type Done, recordRequest } from '../record.js';
import type { Services } from '../services.js';
import type { Criteria } from './criteria.js';

/**
 * The current versions that match and that the requester may be shown: what is hidden is none. At most `most`.
 * @throws FhirError 412, its event recorded, where there are more.
 */
export async function matchesOf(
  services: Services,
  request: FhirRequest,
  { search, permit }: Criteria,
  action: Done['action'],
): Promise<readonly StoredVersion[]> {
  const matches = await services.store.matches(search, permit);
  if (matches.length < search.count) return matches;
  await recordRequest(services, request, { action, decision: 'permit', outcome: 412, ...queryOf(request) });
  throw preconditionFailed('The condition is ambiguous: several resources match it');
}

/** The one match, if there is one. @throws FhirError 412. */
export async function matchOf(
  services: Services,
  request: FhirRequest,
  criteria: Criteria,
  action: Done['action'],
): Promise<StoredVersion | undefined> {
  return (await matchesOf(services, request, criteria, action))[0];
}

export function queryOf({ condition }: FhirRequest): Pick<Done, 'query'> {
  return condition === undefined ? {} : { query: condition };
}
