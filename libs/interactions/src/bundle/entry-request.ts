// FHIR R4 bundle.html: Bundle.entry.request as the request it stands for.
import { badRequest, parseInstant } from '#libs/fhir-model';
import { searchIn } from '../conditional/criteria.js';
import { heldVersions, taggedVersion } from '../conditional/held.js';
import type { FhirRequest, SystemRequest } from '../fhir-request.js';
import { choiceOf } from '../representation/choice.js';
import type { Entry } from './entry.js';
import { isReading } from './order.js';
import type { EntryTarget } from './target.js';

/**
 * The request of an entry: of the same requester, with headers from the entry and nothing of the body yet. Where there is no
 * type it is one to the system. What is written is answered without content unless Prefer asks for it.
 * @throws FhirError 400 for a malformed ifMatch, _summary or _elements.
 */
export function entryRequest(outer: SystemRequest, entry: Entry, target: EntryTarget): FhirRequest {
  const { request } = entry;
  const { type = '', id, member, version, search } = target;
  const query = [...new URLSearchParams(search ?? '')];
  choiceOf(query);
  const condition = conditionOf(entry, target);
  const since = request.ifModifiedSince === undefined ? undefined : parseInstant(request.ifModifiedSince);
  return {
    context: outer.context,
    preference: { ...outer.preference, return: outer.preference.return ?? 'minimal' },
    query,
    type,
    ...(id === undefined ? {} : { id }),
    ...(member === undefined ? {} : { member }),
    ...(version === undefined ? {} : { version }),
    ...(condition === undefined ? {} : { condition }),
    ...(request.ifMatch === undefined ? {} : { ifMatch: entityTag(request.ifMatch) }),
    ifNoneMatch: heldVersions(request.ifNoneMatch),
    ...(since === undefined ? {} : { ifModifiedSince: since.getTime() }),
  };
}

function conditionOf({ request }: Entry, { id, search }: EntryTarget): string | undefined {
  if (request.method === 'POST') return request.ifNoneExist === undefined ? undefined : searchIn(request.ifNoneExist);
  return id === undefined && !isReading(request.method) ? (search ?? '') : undefined;
}

function entityTag(text: string): string {
  const tag = taggedVersion(text);
  if (tag === undefined) throw badRequest('ifMatch must be one entity tag such as W/"3"');
  return tag;
}
