// FHIR R4 http.html#delete and #cdelete
import { isSystemClient } from '#libs/access';
import { decide, decideWrite } from '#libs/consent';
import { notFound, preconditionFailed } from '#libs/fhir-model';
import type { Answer } from './answer.js';
import { criteriaOf } from './conditional/criteria.js';
import { queryOf } from './conditional/match.js';
import { settledMatches } from './conditional/settled.js';
import type { FhirRequest } from './fhir-request.js';
import { granted } from './grant.js';
import { recordRequest, writeEvent } from './record.js';
import { checkUnreferenced } from './references/integrity.js';
import type { Services } from './services.js';
import { versionNumber } from './version-number.js';

/** A conditional delete touches no more resources than this, also where several are allowed. */
const MOST_DELETED = 500;

/**
 * Deletes: the next version has no content, earlier ones stay. Again is 204 as well. With a condition instead of an id, what
 * matches it and may be shown: one, or several where the server is configured so; nothing to delete is 204.
 * @throws FhirError 403, 404, 412, or 409 where the server is configured to refuse and others refer to it.
 */
export async function deleteResource(services: Services, request: FhirRequest): Promise<Answer> {
  if (request.id === undefined) return deleteMatches(services, request);
  const { id } = request;
  if (services.referentialIntegrity !== 'refuse') return deleteOne(services, request, id);
  return services.store.transaction(async (store) => {
    const inside = { ...services, store };
    return unreferenced(inside, request, await deleteOne(inside, request, id));
  });
}

async function deleteMatches(services: Services, request: FhirRequest): Promise<Answer> {
  await granted(services, request, 'delete');
  const criteria = await criteriaOf(services, request, services.deletesSeveral ? MOST_DELETED : 1);
  return services.store.transaction(async (store) => {
    const inside = { ...services, store };
    await store.lock({ matches: [criteria.lock] });
    const matches = await settledMatches(inside, request, criteria, 'delete');
    if (matches.length === 0) return nothingDeleted(inside, request);
    const answers: Answer[] = [];
    for (const { id } of matches) answers.push(await deleteOne(inside, request, id));
    return unreferenced(inside, request, joined(answers));
  });
}

/** The same answer. @throws FhirError 409 where the server refuses to delete what others refer to, and they do. */
async function unreferenced(services: Services, request: FhirRequest, answer: Answer): Promise<Answer> {
  const { written = [] } = answer;
  if (services.referentialIntegrity !== 'refuse' || written.length === 0) return answer;
  const permit = decide(await granted(services, request, 'delete'), services.store.hash64);
  for (const name of written) await checkUnreferenced(services, request, name, permit);
  return answer;
}

/** One answer for the deletions of a condition. */
export function joined(answers: readonly Answer[]): Answer {
  const [only, ...more] = answers;
  if (only && more.length === 0) return only;
  return { status: 204, headers: {}, written: answers.flatMap(({ written = [] }) => written) };
}

/** Nothing matched: on record, and done. */
export async function nothingDeleted(services: Services, request: FhirRequest): Promise<Answer> {
  await recordRequest(services, request, { action: 'delete', decision: 'permit', outcome: 204, ...queryOf(request) });
  return { status: 204, headers: {} };
}

async function deleteOne(services: Services, request: FhirRequest, id: string): Promise<Answer> {
  const facts = await granted(services, request, 'delete');
  const { store } = services;
  const result = await store.delete(
    {
      type: request.type,
      id,
      blind: isSystemClient(request.context),
      event: writeEvent(services, request, 'delete'),
      ...(request.ifMatch === undefined ? {} : { ifMatch: versionNumber(request.ifMatch) ?? 0 }),
    },
    decideWrite(facts, store.hash64),
    decide(facts, store.hash64),
  );
  if (result.outcome === 'conflict') throw preconditionFailed('If-Match names another version than the current one');
  if ('version' in result) {
    const { version } = result;
    return { status: 204, headers: { etag: `W/"${version.version}"` }, version, written: [version] };
  }
  if (result.outcome === 'gone') return { status: 204, headers: {} };
  throw notFound();
}
