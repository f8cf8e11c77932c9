// FHIR R4 provenance.html#header: X-Provenance, a Provenance that is stored with what it tells about
import { type JsonDocument, JsonError, members, parse } from '#libs/fhir-json';
import { badRequest } from '#libs/fhir-model';
import type { VersionName } from '#libs/store';
import type { Answer, WrittenVersion } from './answer.js';
import { createUnconditionally } from './create.js';
import type { FhirRequest } from './fhir-request.js';
import { isObject } from './resource-body.js';
import type { Services } from './services.js';

/**
 * Does the interaction and stores the Provenance, in one transaction: both or neither. Its targets are the versions written,
 * and it belongs to their patients; where none was, no Provenance is stored.
 * @throws FhirError 400 for what is no Provenance, one with targets of its own, or a batch; 422 for an invalid one; and as the
 * interaction does.
 */
export async function withProvenance(
  services: Services,
  request: FhirRequest,
  provenance: Uint8Array,
  interact: (services: Services, request: FhirRequest) => Promise<Answer>,
): Promise<Answer> {
  const document = provenanceIn(provenance);
  const { beforeCommit, ...rest } = services;
  return services.store.transaction(async (store) => {
    const inside = { ...rest, store, isOneTransaction: true as const };
    const answer = await interact(inside, request);
    const written = answer.written ?? [];
    if (written.length > 0) await createUnconditionally(inside, provenanceRequest(request, document, written));
    await beforeCommit?.(store, answer);
    return answer;
  });
}

function provenanceIn(header: Uint8Array): JsonDocument {
  let document: JsonDocument;
  try {
    document = parse(header);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw badRequest('X-Provenance must be a Provenance in JSON', 'structure');
  }
  const { value } = document;
  if (!isObject(value) || value.resourceType !== 'Provenance') {
    throw badRequest('X-Provenance must be a Provenance in JSON', 'structure');
  }
  if (value.target !== undefined) throw badRequest('The server sets the target of X-Provenance');
  return document;
}

function provenanceRequest(
  request: FhirRequest,
  document: JsonDocument,
  written: readonly WrittenVersion[],
): FhirRequest {
  const { context } = request;
  const body = Buffer.from(withTargets(document, written));
  const patients = [...new Set(written.flatMap((one) => one.patients))];
  return { context, type: 'Provenance', query: [], ifNoneMatch: [], preference: {}, body, patients };
}

function withTargets({ text }: JsonDocument, written: readonly VersionName[]): string {
  const targets = written.map(({ type, id, version }) => ({ reference: `${type}/${id}/_history/${version}` }));
  const type = [...members(text, 0)].find(({ name }) => name === 'resourceType');
  const end = type?.end ?? 1;
  return `${text.slice(0, end)},"target":${JSON.stringify(targets)}${text.slice(end)}`;
}
