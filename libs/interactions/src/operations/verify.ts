// [type]/[id]/_history/[vid]/$verify: a version held against its event, the log and the block it is in
import { verifyReceipt } from '#libs/evidence';
import type { StoredVersion, VersionName } from '#libs/store';
import type { Answer } from '../answer.js';
import { contentFault } from '../binary/content-fault.js';
import type { FhirRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { recordResult, shown } from '../shown.js';
import { fetchVersion } from '../vread.js';
import { receiptOf } from './receipt.js';

interface Finding {
  verdict: string;
  detail: string;
}

/**
 * A Parameters resource with `verdict` and `detail`. The server checks itself here, which finds damage but not a lie of its
 * own: for that there is `holdfast verify` with a pin kept elsewhere. @throws FhirError 403 or 404.
 */
export async function verifyVersion(services: Services, request: FhirRequest): Promise<Answer> {
  const result = await fetchVersion(services, request);
  if (result.outcome === 'broken') {
    await recordResult(services, request, '$verify', result, 200);
    return answer({ verdict: 'ALTERED', detail: brokenText(result.version) });
  }
  const receipt = await receiptOf(services, result);
  const version = await shown(services, request, '$verify', result, { deletions: true });
  return answer(await judge(services, receipt, version));
}

function brokenText({ type, id, version }: VersionName): string {
  return `the stored row of ${type}/${id} version ${version} does not open: it was changed, or moved from another row`;
}

function answer({ verdict, detail }: Finding): Answer {
  const parameter = [
    { name: 'verdict', valueCode: verdict },
    { name: 'detail', valueString: detail },
  ];
  return { status: 200, headers: {}, body: JSON.stringify({ resourceType: 'Parameters', parameter }) };
}

async function judge(services: Services, receipt: string | undefined, version: StoredVersion): Promise<Finding> {
  const fault = await contentFault(services, version);
  if (fault === 'missing') return { verdict: 'DELETED', detail: 'the content of this Binary is not there any more' };
  if (fault === 'altered') return { verdict: 'ALTERED', detail: 'the content of this Binary is not what was recorded' };
  const pin = await services.pin();
  if (receipt === undefined || pin === undefined) {
    return { verdict: 'UNANCHORED', detail: 'the event waits for the ledger' };
  }
  return verifyReceipt(receipt, pin, services, version.bytes);
}
