// FHIR R4 composition-operation-document.html: Composition/[id]/$document
import { randomUUID } from 'node:crypto';
import { authorize, requester } from '#libs/access';
import { decide } from '#libs/consent';
import { parse } from '#libs/fhir-json';
import { type BundleEntry, badRequest, bundleText, instant } from '#libs/fhir-model';
import type { StoredVersion } from '#libs/store';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { eventsOfVersions } from '../record.js';
import { localTargets, type Target } from '../references/targets.js';
import type { Services } from '../services.js';
import { shown } from '../shown.js';
import { oneText, operationParameters } from './parameters.js';

/** A Bundle is in no patient's compartment: stored, what is in it would be shown whatever a Consent says. */
const NOT_PERSISTED = 'A document is not stored here: its parts are, each under the Consents of its patient';

/** A document refers to no more resources than this. */
const MOST = 1000;

/**
 * The Composition with all that it refers to and that may be shown, as a Bundle of type document.
 * @throws FhirError 400, 403; 404 and 410 as a read of the Composition does.
 */
export async function documentOf(services: Services, request: FhirRequest): Promise<Answer> {
  const parameters = operationParameters(request, ['persist', 'graph']);
  if (oneText(parameters, 'persist') === 'true') throw badRequest(NOT_PERSISTED, 'not-supported');
  const { type, id = '' } = request;
  const facts = await granted(services, request, 'read');
  const result = await services.store.read({ type, id }, decide(facts, services.store.hash64));
  const composition = result.outcome === 'found' ? result.version : await shown(services, request, '$document', result);
  const parts = await referred(services, request, localTargets(parse(composition.bytes).value, services.base));
  const versions = [composition, ...parts];
  const done = { action: '$document', subject: { type, id } };
  await services.store.record(eventsOfVersions(services, request, result.time, done, versions));
  const text = documentText(services, versions, result.time);
  return { status: 200, headers: {}, body: text };
}

/** Each as it may be shown to whoever asks; what may not is left out without a trace. */
async function referred(
  services: Services,
  request: FhirRequest,
  targets: readonly Target[],
): Promise<StoredVersion[]> {
  const found: StoredVersion[] = [];
  for (const { type, id, version } of targets.slice(0, MOST)) {
    const grant = authorize(request.context, version === undefined ? 'read' : 'vread', type);
    if (grant === undefined) continue;
    const permit = decide(requester(request.context, grant, services.custodian), services.store.hash64);
    const number = Number(version);
    const result = Number.isInteger(number)
      ? await services.store.vread({ type, id, version: number }, permit)
      : await services.store.read({ type, id }, permit);
    if (result.outcome === 'found') found.push(result.version);
  }
  return found;
}

function documentText(services: Services, versions: readonly StoredVersion[], time: bigint): string {
  const entries = versions.map(
    ({ type, id, bytes }): BundleEntry => ({
      fullUrl: `${services.base}/${type}/${id}`,
      resourceText: bytes.toString('utf8'),
    }),
  );
  const identifier = { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${randomUUID()}` };
  return bundleText({ type: 'document', identifier, timestamp: instant(time), links: [], entries });
}
