// FHIR R4 http.html#update and #upsert
import { isSystemClient } from '#libs/access';
import { decide, decideWrite } from '#libs/consent';
import { type FhirError, methodNotAllowed, notFound, preconditionFailed } from '#libs/fhir-model';
import type { NotWritten } from '#libs/store';
import type { Answer } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { writeEvent } from './record.js';
import { checkReferences } from './references/integrity.js';
import { resourceBody } from './resource-body.js';
import type { Services } from './services.js';
import { writtenAnswer } from './version-answer.js';
import { versionNumber } from './version-number.js';

/**
 * Stores the body as the next version, or as the first where a system client chose the id.
 * @throws FhirError 400, 403, 412, 422; 405 to others than system clients, both for an absent and for a hidden id.
 */
export async function updateOne(services: Services, request: FhirRequest, id: string): Promise<Answer> {
  const facts = await granted(services, request, 'update');
  const document = resourceBody(services, request);
  const mayCreate = isSystemClient(request.context);
  const { store } = services;
  const answer = decide(facts, store.hash64);
  const warnings = await checkReferences(services, request, document, answer);
  const result = await store.update(
    {
      type: request.type,
      id,
      document,
      mayCreate,
      blind: mayCreate,
      event: writeEvent(services, request, 'update', mayCreate ? 404 : 405),
      ...(request.ifMatch === undefined ? {} : { ifMatch: versionNumber(request.ifMatch) ?? 0 }),
    },
    decideWrite(facts, store.hash64),
    answer,
  );
  if (!('version' in result)) throw refusal(result, mayCreate);
  const status = result.outcome === 'created' ? 201 : 200;
  return writtenAnswer(services, request, status, result.version, result.readable, warnings);
}

function refusal({ outcome }: NotWritten, mayCreate: boolean): FhirError {
  if (outcome === 'conflict') return preconditionFailed('If-Match names another version than the current one');
  return mayCreate ? notFound() : methodNotAllowed('You may not choose the id of a resource', ['GET']);
}
