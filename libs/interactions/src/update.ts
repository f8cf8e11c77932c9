// FHIR R4 http.html#update and #upsert
import { isSystemClient } from '#libs/access';
import { decide, decideWrite } from '#libs/consent';
import type { JsonDocument } from '#libs/fhir-json';
import { type FhirError, methodNotAllowed, notFound, preconditionFailed } from '#libs/fhir-model';
import type { NotWritten, UpdateRequest } from '#libs/store';
import type { Answer } from './answer.js';
import { ANY_VERSION } from './conditional/held.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { labelRules, mayNotUnlabel, type Unlabelled } from './labels.js';
import { writeEvent } from './record.js';
import { checkReferences } from './references/integrity.js';
import { resourceBody } from './resource-body.js';
import type { Services } from './services.js';
import { writtenAnswer } from './version-answer.js';
import { versionNumber } from './version-number.js';

/**
 * Stores the body as the next version, or as the first where a system client chose the id. Security labels stay where it says
 * nothing of any, unless `unlabelled` says otherwise; without the right to remove them it must have those that are there.
 * @throws FhirError 400, 403, 412, 422; 405 to others than system clients, both for an absent and for a hidden id.
 */
export async function updateOne(
  services: Services,
  request: FhirRequest,
  id: string,
  unlabelled: Unlabelled = 'kept',
): Promise<Answer> {
  const facts = await granted(services, request, 'update');
  const document = resourceBody(services, request);
  const { store } = services;
  const answer = decide(facts, store.hash64);
  const warnings = await checkReferences(services, request, document, answer);
  const replacement = replacementOf(services, request, { id, document, unlabelled });
  const result = await store.update(replacement, decideWrite(facts, store.hash64), answer);
  if (!('version' in result)) throw refusal(result, replacement);
  const status = result.outcome === 'created' ? 201 : 200;
  return writtenAnswer(services, request, status, result.version, result.readable, warnings);
}

/** Refuses what would be refused, before there is more of it than `request` has. @throws FhirError as {@link updateOne}. */
export async function refuseUpdate(services: Services, request: FhirRequest, id: string): Promise<void> {
  const facts = await granted(services, request, 'update');
  const { store } = services;
  const replacement = replacementOf(services, request, { id, document: resourceBody(services, request) });
  const refused = await store.refused(replacement, decideWrite(facts, store.hash64), decide(facts, store.hash64));
  if (refused) throw refusal(refused, replacement);
}

interface Replacing {
  readonly id: string;
  readonly document: JsonDocument;
  readonly unlabelled?: Unlabelled;
}

function replacementOf(
  services: Services,
  request: FhirRequest,
  { id, document, unlabelled = 'kept' }: Replacing,
): UpdateRequest {
  const mayCreate = isSystemClient(request.context);
  const { type, ifMatch, ifNoneMatch, blob, hasNoContext = false } = request;
  return {
    type,
    id,
    document,
    mayCreate,
    blind: mayCreate,
    keepsPatients: hasNoContext,
    labels: labelRules(request, unlabelled),
    event: writeEvent(services, request, 'update', mayCreate ? 404 : 405),
    ...(blob && { blob }),
    ...(ifMatch === undefined ? {} : { ifMatch: versionNumber(ifMatch) ?? 0 }),
    ...(ifNoneMatch.includes(ANY_VERSION) && { ifNone: true }),
  };
}

function refusal({ outcome }: NotWritten, request: UpdateRequest): FhirError {
  const { mayCreate } = request;
  if (outcome === 'unlabelled') return mayNotUnlabel();
  if (outcome === 'conflict') return preconditionFailed(unmet(request));
  return mayCreate ? notFound() : methodNotAllowed('You may not choose the id of a resource', ['GET']);
}

function unmet({ ifNone, ifMatch, keepsPatients }: UpdateRequest): string {
  if (ifNone) return 'There is a version, and If-None-Match wants none';
  const other = 'If-Match names another version than the current one';
  if (!keepsPatients) return other;
  const context = 'The Binary has a security context, which X-Security-Context must state';
  return ifMatch === undefined
    ? context
    : `${other}, or the Binary has a security context, which X-Security-Context must state`;
}
