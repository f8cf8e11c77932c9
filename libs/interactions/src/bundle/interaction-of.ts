// FHIR R4 bundle.html: which interaction an entry asks for.
import { methodNotAllowed, notFound } from '#libs/fhir-model';
import type { Answer } from '../answer.js';
import { updateResource } from '../conditional/update.js';
import { createResource } from '../create.js';
import { deleteResource } from '../delete.js';
import type { FhirRequest } from '../fhir-request.js';
import { historyOfInstance } from '../history/instance.js';
import { historyOfSystem, historyOfType } from '../history/several.js';
import { operationAt } from '../operations/registry.js';
import { patchResource } from '../patch.js';
import { readResource } from '../read.js';
import { searchType } from '../search.js';
import { searchCompartment, searchSystem } from '../search-several.js';
import type { Services } from '../services.js';
import { readVersion } from '../vread.js';
import { isReading } from './order.js';
import type { EntryTarget } from './target.js';

/** An interaction or operation. */
export type Interact = (services: Services, request: FhirRequest) => Promise<Answer>;

/** @throws FhirError 404 or 405 for a method that the url does not take. */
export function interactionOf(method: string, target: EntryTarget): Interact {
  const { tail } = target;
  if (tail?.startsWith('$')) return operation(method, target, tail.slice(1));
  if (isReading(method)) return reading(target);
  if (tail !== undefined || target.type === undefined || isPart(target)) throw notFound();
  return writing(method, target);
}

function isPart({ version, member }: EntryTarget): boolean {
  return version !== undefined || member !== undefined;
}

function operation(method: string, target: EntryTarget, name: string): Interact {
  const found = operationAt(name, target);
  if (found === undefined) throw notFound();
  if (method !== 'POST' && (!isReading(method) || found.affectsState)) {
    throw methodNotAllowed(`${method} is not for this operation`, found.affectsState ? ['POST'] : ['GET', 'POST']);
  }
  return found.interact;
}

function reading({ type, id, member, version, tail }: EntryTarget): Interact {
  if (member !== undefined) return searchCompartment;
  if (version !== undefined) return readVersion;
  if (tail === '_history') {
    if (id !== undefined) return historyOfInstance;
    return type === undefined ? historyOfSystem : historyOfType;
  }
  if (type === undefined) return searchSystem;
  return id === undefined ? searchType : readResource;
}

function writing(method: string, { id }: EntryTarget): Interact {
  if (method === 'POST' && id === undefined) return createResource;
  if (method === 'PUT') return updateResource;
  if (method === 'DELETE') return deleteResource;
  if (method === 'PATCH') return patchResource;
  throw methodNotAllowed(`${method} is not for this url`);
}
