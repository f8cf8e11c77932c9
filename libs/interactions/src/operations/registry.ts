// FHIR R4 operations.html: the operations of this server, each with its OperationDefinition in fhir-profiles.
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { receiptOfVersion } from './receipt.js';
import { verifyVersion } from './verify.js';

export interface Operation {
  readonly name: string;
  /** Resource types that have it; absent: all. */
  readonly types?: readonly string[];
  /** What it is invoked on. */
  readonly on: readonly ('type' | 'instance' | 'version')[];
  /** Then it takes POST only. */
  readonly affectsState: boolean;
  readonly interact: (services: Services, request: FhirRequest) => Promise<Answer>;
}

/** By name. */
export const OPERATIONS: readonly Operation[] = [
  { name: 'receipt', on: ['version'], affectsState: false, interact: receiptOfVersion },
  { name: 'verify', on: ['version'], affectsState: false, interact: verifyVersion },
];

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
