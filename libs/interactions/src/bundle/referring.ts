// FHIR R4 http.html#trules: references may point to other entries, so they are looked at when all of them are done.
import { decide } from '#libs/consent';
import type { JsonDocument } from '#libs/fhir-json';
import type { Issue } from '#libs/fhir-model';
import type { VersionName } from '#libs/store';
import type { Answer } from '../answer.js';
import { granted } from '../grant.js';
import { checkTargets, checkUnreferenced } from '../references/integrity.js';
import { localTargets, type Target } from '../references/targets.js';
import type { Services } from '../services.js';
import { atEntry } from './entry.js';
import type { PlannedEntry } from './planned-entry.js';

/** What an entry refers to, and what it has deleted. */
export interface Referring {
  readonly plan: PlannedEntry;
  readonly targets: readonly Target[];
  readonly deleted: readonly VersionName[];
}

/** Nothing where the server does not look at references. */
export function referringOf(
  { referentialIntegrity = 'off', base }: Services,
  plan: PlannedEntry,
  document: JsonDocument | undefined,
  { written = [] }: Answer,
): Referring | undefined {
  if (referentialIntegrity === 'off') return undefined;
  const targets = document === undefined ? [] : localTargets(document.value, base);
  const deleted = referentialIntegrity === 'refuse' && plan.method === 'DELETE' ? written : [];
  return targets.length + deleted.length === 0 ? undefined : { plan, targets, deleted };
}

/** The warnings about each entry. @throws FhirError naming the entry: 409 or 422 where the server is configured to refuse. */
export async function checkAll(
  services: Services,
  referring: readonly (Referring | undefined)[],
): Promise<ReadonlyMap<number, readonly Issue[]>> {
  const warnings = new Map<number, readonly Issue[]>();
  for (const one of referring) {
    if (one === undefined) continue;
    try {
      warnings.set(one.plan.index, await checked(services, one));
    } catch (error) {
      throw atEntry(error, one.plan.index);
    }
  }
  return warnings;
}

const INTERACTIONS: Readonly<Record<string, 'create' | 'delete'>> = { POST: 'create', DELETE: 'delete' };

async function checked(services: Services, { plan, targets, deleted }: Referring): Promise<Issue[]> {
  const { method, request } = plan;
  const permit = decide(await granted(services, request, INTERACTIONS[method] ?? 'update'), services.store.hash64);
  for (const name of deleted) await checkUnreferenced(services, request, name, permit);
  return checkTargets(services, request, targets, permit);
}
