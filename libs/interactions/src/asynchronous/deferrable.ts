// FHIR R4 async.html: which interactions and operations may be answered later.

import type { Answer } from '../answer.js';
import { processBundle } from '../bundle/process.js';
import type { FhirRequest } from '../fhir-request.js';
import { historyOfInstance } from '../history/instance.js';
import { historyOfSystem, historyOfType } from '../history/several.js';
import { OPERATIONS } from '../operations/registry.js';
import { searchType } from '../search.js';
import { searchCompartment, searchSystem } from '../search-several.js';
import type { Services } from '../services.js';

export type Interact = (services: Services, request: FhirRequest) => Promise<Answer>;

/** A batch or a transaction. */
export const BUNDLE = 'bundle';

/** By the name that is kept with a job. What takes no time is answered at once, whatever the client prefers. */
const DEFERRABLE: ReadonlyMap<string, Interact> = new Map<string, Interact>([
  [BUNDLE, processBundle],
  ['search-type', searchType],
  ['search-system', searchSystem],
  ['search-compartment', searchCompartment],
  ['history-instance', historyOfInstance],
  ['history-type', historyOfType],
  ['history-system', historyOfSystem],
  ...OPERATIONS.filter(({ mayTakeLong }) => mayTakeLong === true).map(
    ({ definition, interact }) => [definition, interact] as const,
  ),
]);

/** The name of an interaction that may be answered later; undefined for any other. */
export function deferrableName(interact: Interact): string | undefined {
  return [...DEFERRABLE].find(([, one]) => one === interact)?.[0];
}

/** Whether an interaction (`search-type`) or operation (URL of its definition) may be answered later. */
export function isDeferrable(code: string): boolean {
  return DEFERRABLE.has(code === 'batch' || code === 'transaction' ? BUNDLE : code);
}

/** @throws Error for a name of another release. */
export function deferrable(name: string): Interact {
  const interact = DEFERRABLE.get(name);
  if (interact === undefined) throw new Error('this release does not know the interaction of the job');
  return interact;
}
