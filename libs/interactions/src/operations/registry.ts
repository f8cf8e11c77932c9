// FHIR R4 operations.html: the operations of this server, each with its OperationDefinition in fhir-profiles.
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { documentOf } from './document.js';
import { everythingOfEncounter } from './encounter-everything.js';
import { lastObservations } from './lastn.js';
import { metaOf } from './meta.js';
import { addMeta } from './meta-add.js';
import { deleteMeta } from './meta-delete.js';
import { everythingOfPatient } from './patient-everything.js';
import { receiptOfVersion } from './receipt.js';
import { observationStatistics } from './stats.js';
import { validateBody } from './validate.js';
import { verifyVersion } from './verify.js';

export interface Operation {
  readonly name: string;
  /** URL of its OperationDefinition. */
  readonly definition: string;
  /** Resource types that have it; absent: all. */
  readonly types?: readonly string[];
  /** What it is invoked on. */
  readonly on: readonly ('type' | 'instance' | 'version')[];
  /** Then it takes POST only. */
  readonly affectsState: boolean;
  /** Then it may be answered later. */
  readonly mayTakeLong?: true;
  readonly interact: (services: Services, request: FhirRequest) => Promise<Answer>;
}

const OURS = 'https://holdfast.dev/fhir/OperationDefinition';

export const OPERATIONS: readonly Operation[] = [
  reading('receipt', ['version'], receiptOfVersion),
  reading('verify', ['version'], verifyVersion),
  reading('validate', ['type', 'instance'], validateBody),
  reading('meta', ['instance', 'version'], metaOf),
  changing('meta-add', addMeta),
  changing('meta-delete', deleteMeta),
  {
    ...reading('everything', ['instance'], everythingOfPatient),
    types: ['Patient'],
    mayTakeLong: true,
    definition: `${OURS}/patient-everything`,
  },
  {
    ...reading('everything', ['instance'], everythingOfEncounter),
    types: ['Encounter'],
    mayTakeLong: true,
    definition: `${OURS}/encounter-everything`,
  },
  { ...reading('document', ['instance'], documentOf), types: ['Composition'], mayTakeLong: true },
  { ...reading('lastn', ['type'], lastObservations), types: ['Observation'], mayTakeLong: true },
  { ...reading('stats', ['type'], observationStatistics), types: ['Observation'], mayTakeLong: true },
];

function reading(name: string, on: Operation['on'], interact: Operation['interact']): Operation {
  return { name, definition: `${OURS}/${name}`, on, affectsState: false, interact };
}

function changing(name: string, interact: Operation['interact']): Operation {
  return { name, definition: `${OURS}/${name}`, on: ['instance'], affectsState: true, interact };
}

/** The operation of this name on what is named; undefined where it has none. */
export function operationAt(
  name: string,
  { type, id, version }: { type?: string; id?: string; version?: string },
): Operation | undefined {
  if (type === undefined) return undefined;
  const level = version === undefined ? (id === undefined ? 'type' : 'instance') : 'version';
  return OPERATIONS.find(
    (one) => one.name === name && one.on.includes(level) && (one.types === undefined || one.types.includes(type)),
  );
}
