// FHIR R4 http.html#transaction: POST [base] with a batch or a transaction
import { badRequest, unprocessable } from '#libs/fhir-model';
import { validate } from '#libs/validation';
import type { Answer } from '../answer.js';
import type { SystemRequest } from '../fhir-request.js';
import { isObject, jsonDocument } from '../resource-body.js';
import type { Services } from '../services.js';
import { batch } from './batch.js';
import { scanBundle } from './scan.js';
import { transaction } from './transaction.js';

/** More entries are refused. */
export const MOST_ENTRIES = 25_000;

/** The Bundle as it was sent, and where its entries are. */
export interface ReceivedBundle {
  readonly bytes: Buffer;
  readonly entries: readonly { readonly start: number; readonly end: number }[];
}

/** @throws FhirError 400, 403, 404, 409, 412 or 422; of a transaction it names the entry, and nothing was stored. */
export async function processBundle(services: Services, request: SystemRequest): Promise<Answer> {
  const bytes = bytesOf(request);
  const { head, entries } = await scanBundle(bytes, MOST_ENTRIES);
  const type = typeOf(head);
  const bundle = { bytes, entries };
  return type === 'batch' ? batch(services, request, bundle) : transaction(services, request, bundle);
}

/** The type of the Bundle in a body. @throws FhirError 400 or 422. */
export async function bundleType(request: SystemRequest): Promise<'batch' | 'transaction'> {
  return typeOf((await scanBundle(bytesOf(request), MOST_ENTRIES)).head);
}

/** The same memory: there is never a second copy of a Bundle. */
function bytesOf({ body = new Uint8Array() }: SystemRequest): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function typeOf(head: Buffer): 'batch' | 'transaction' {
  const { value } = jsonDocument(head);
  if (!isObject(value) || value.resourceType !== 'Bundle') {
    throw badRequest('What is sent to the base is a Bundle of type batch or transaction', 'structure');
  }
  const { entry, ...rest } = value;
  if (entry !== undefined && entry !== 0) throw badRequest('Bundle.entry is a list', 'structure');
  const faults = validate('Bundle', rest);
  if (faults.length > 0) throw unprocessable(faults);
  if (rest.type !== 'batch' && rest.type !== 'transaction') {
    throw badRequest('Only a batch or a transaction can be sent to the base; create other Bundles as Bundle', 'value');
  }
  return rest.type;
}
