// FHIR R4 http.html#patch and #cond-patch
import { decide, decideWrite, type Permit, type WritePermit } from '#libs/consent';
import { type JsonDocument, JsonError, parse } from '#libs/fhir-json';
import { FhirError, notFound, preconditionFailed, unprocessable } from '#libs/fhir-model';
import { PatchError } from '#libs/fhir-patch';
import type { Found, ReadResult } from '#libs/store';
import type { Answer } from './answer.js';
import { criteriaOf } from './conditional/criteria.js';
import { queryOf } from './conditional/match.js';
import { settledMatches } from './conditional/settled.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { labelRules, mayNotUnlabel } from './labels.js';
import { type ApplyPatch, patchBody } from './patch-body.js';
import { recordRequest, writeEvent } from './record.js';
import { checkReferences } from './references/integrity.js';
import { isObject } from './resource-body.js';
import type { Services } from './services.js';
import { recordResult, shown } from './shown.js';
import { checkValidity } from './validity.js';
import { writtenAnswer } from './version-answer.js';
import { versionNumber } from './version-number.js';

/**
 * Changes a resource, or the one that a condition matches, with nobody in between. It is a read and an update at once: both
 * have to be granted, and what is hidden is absent, also for system clients.
 * @throws FhirError 400 for what is no patch, 403, 404, 410, 412, and 422 for a patch that does not fit or whose result is no
 * valid resource.
 */
export async function patchResource(services: Services, request: FhirRequest): Promise<Answer> {
  const { type, id } = request;
  const rights = await rightsOf(services, request);
  const apply = patchBody(request);
  if (id === undefined) return patchMatch(services, request, rights, apply);
  return services.store.transaction(async (store) => {
    await store.lock({ resources: [{ type, id }] });
    return patchOne({ ...services, store }, { ...request, id }, rights, apply);
  });
}

/** What decides on the read and on the write. */
interface Rights {
  readonly answer: Permit;
  readonly permit: WritePermit;
}

async function rightsOf(services: Services, request: FhirRequest): Promise<Rights> {
  const { hash64 } = services.store;
  const answer = decide(await granted(services, request, 'read', 'patch'), hash64);
  return { answer, permit: decideWrite(await granted(services, request, 'update', 'patch'), hash64) };
}

async function patchMatch(
  services: Services,
  request: FhirRequest,
  rights: Rights,
  apply: ApplyPatch,
): Promise<Answer> {
  const criteria = await criteriaOf(services, request);
  return services.store.transaction(async (store) => {
    const inside = { ...services, store };
    await store.lock({ matches: [criteria.lock] });
    const [match] = await settledMatches(inside, request, criteria, 'patch');
    if (match) return patchOne(inside, { ...request, id: match.id }, rights, apply);
    await recordRequest(inside, request, { action: 'patch', decision: 'permit', outcome: 404, ...queryOf(request) });
    throw notFound();
  });
}

/** The resource is locked: what is read is what will be replaced. */
async function patchOne(
  services: Services,
  request: FhirRequest & { id: string },
  { answer, permit }: Rights,
  apply: ApplyPatch,
): Promise<Answer> {
  const { store } = services;
  const { type, id } = request;
  const found = await store.read({ type, id }, answer);
  if (found.outcome !== 'found') throw await refusal(services, request, found);
  const ifMatch = request.ifMatch === undefined ? {} : { ifMatch: versionNumber(request.ifMatch) ?? 0 };
  const isCurrent = ifMatch.ifMatch === undefined || ifMatch.ifMatch === found.version.version;
  const document = isCurrent ? await patched(services, request, found, apply) : parse(found.version.bytes);
  const warnings = isCurrent ? await checkReferences(services, request, document, answer) : [];
  const labels = labelRules(request, 'removed');
  const event = writeEvent(services, request, 'patch');
  const patch = { type, id, document, mayCreate: false, blind: false, labels, event, ...ifMatch };
  const result = await store.update(patch, permit, answer);
  if (result.outcome === 'conflict') throw preconditionFailed('If-Match names another version than the current one');
  if (result.outcome === 'unlabelled') throw mayNotUnlabel();
  if (!('version' in result)) throw notFound();
  return writtenAnswer(services, request, 200, result.version, result.readable, warnings);
}

/** 404 or 410, on record. */
async function refusal(services: Services, request: FhirRequest, result: ReadResult): Promise<unknown> {
  try {
    return await shown(services, request, 'patch', result);
  } catch (error) {
    return error;
  }
}

/** The new content. A refusal tells something of the old, so it is on record as well. */
async function patched(
  services: Services,
  request: FhirRequest,
  found: Found,
  apply: ApplyPatch,
): Promise<JsonDocument> {
  try {
    return checked(services, request, found, apply(parse(found.version.bytes)));
  } catch (error) {
    const told = refusalOf(error);
    await recordResult(services, request, 'patch', found, told.status);
    throw told;
  }
}

function checked(
  services: Services,
  request: FhirRequest,
  { version: { type, id } }: Found,
  text: string,
): JsonDocument {
  const document = parse(Buffer.from(text));
  const resource = document.value;
  if (!isObject(resource) || resource.resourceType !== type || resource.id !== id) {
    const diagnostics = 'A patch may change neither the type nor the id of a resource';
    throw unprocessable([{ severity: 'error', code: 'value', diagnostics }]);
  }
  checkValidity(services, request, resource);
  return document;
}

const STATUS = { malformed: 400, unfit: 422, test: 422, 'too-much': 413 } as const;
const CODE = { malformed: 'invalid', unfit: 'processing', test: 'conflict', 'too-much': 'too-costly' } as const;

/** @throws what is no refusal. */
function refusalOf(error: unknown): FhirError {
  if (error instanceof FhirError) return error;
  if (error instanceof PatchError) {
    return new FhirError(STATUS[error.fault], {
      severity: 'error',
      code: CODE[error.fault],
      diagnostics: error.message,
    });
  }
  if (!(error instanceof JsonError)) throw error;
  const diagnostics = `The result of the patch is no JSON that can be taken: ${error.message}`;
  return unprocessable([{ severity: 'error', code: 'structure', diagnostics }]);
}
