// holdfast-receipt/1 and /2: [type]/[id]/_history/[vid]/$receipt, all that proves the event that wrote a version
import { contentOpening, decodeOpening, receiptText } from '#libs/evidence';
import { envelopeInBlock } from '#libs/fabric-block';
import { operationOutcome } from '#libs/fhir-model';
import { type ReadResult, storedContent } from '#libs/store';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { shown } from '../shown.js';
import { fetchVersion } from '../vread.js';

const RETRY_SECONDS = '1';

/** The receipt, or 202 until the event is in a block. Needs what a vread needs. @throws FhirError 403 or 404. */
export async function receiptOfVersion(services: Services, request: FhirRequest): Promise<Answer> {
  const result = await fetchVersion(services, request);
  const receipt = await receiptOf(services, result);
  await shown(services, request, '$receipt', result, { status: receipt === undefined ? 202 : 200, deletions: true });
  if (receipt === undefined) return notYet();
  return { status: 200, headers: {}, body: receipt, contentType: 'application/json' };
}

/** The receipt's text, with the successor of its batch where there is one; undefined where there is nothing to show, or nothing yet. */
export async function receiptOf(services: Services, result: ReadResult): Promise<string | undefined> {
  if (result.outcome !== 'found' && result.outcome !== 'gone') return undefined;
  const parts = await services.store.receiptOfVersion(result.version.pid);
  if (parts === undefined) return undefined;
  const { record, leafIndex, treeSize, hashes, checkpoint, transaction, block, opening, continuation, next } = parts;
  return receiptText({
    record,
    checkpoint,
    transaction,
    block,
    continuation,
    successor: next && envelopeInBlock(next.block, next.transaction),
    inclusion: { leafIndex, treeSize, hashes },
    content: contentOpening(result.version.commitmentKey, storedContent(result.version)),
    ...(opening ? { opening: decodeOpening(opening) } : {}),
  });
}

/** 202: the event is durable here, but not in a block yet. */
export function notYet(): Answer {
  const diagnostics = 'The event is recorded here and waits for the ledger; ask again';
  const body = JSON.stringify(operationOutcome([{ severity: 'information', code: 'incomplete', diagnostics }]));
  return { status: 202, headers: { 'retry-after': RETRY_SECONDS }, body };
}
