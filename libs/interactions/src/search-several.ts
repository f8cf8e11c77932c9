// FHIR R4 http.html#vsearch: on several types, on all, and on what is in a compartment
import { authorize } from '#libs/access';
import { type Compartment, compartmentOf, resourceTypes } from '#libs/fhir-definitions';
import { FhirError, forbidden, notFound } from '#libs/fhir-model';
import { parseSearch, type SearchScope, typesAsked } from '#libs/search';
import type { Answer } from './answer.js';
import type { FhirRequest, SystemRequest } from './fhir-request.js';
import { readableTypes } from './readable.js';
import { recordRequest } from './record.js';
import { queryText, searchOptions, searchset } from './search.js';
import type { Services } from './services.js';

/** In place of a type: all that is in a compartment. */
export const ALL = '*';

/**
 * A searchset of the types that `_type` names, or of all that some scope covers. Parameters are those that all these types have.
 * @throws FhirError 400 naming the parameter that is not understood, 403.
 */
export function searchSystem(services: Services, request: SystemRequest): Promise<Answer> {
  const asked = typesAsked(request.query);
  const scope = { types: asked ?? [...resourceTypes()], path: '', choosesTypes: true };
  return several(services, request, scope, 'search-system', asked !== undefined);
}

/**
 * The same of what is in the compartment of a resource. That of a resource which is not there or may not be shown is empty.
 * @throws FhirError 400 or 403, and 404 for a type that has no compartments or is in none of these.
 */
export function searchCompartment(services: Services, request: FhirRequest): Promise<Answer> {
  const { type, id = '', member = ALL } = request;
  const compartment = compartmentOf(type);
  if (compartment === undefined) throw notFound();
  const isNamed = member !== ALL;
  const asked = isNamed ? [member] : typesAsked(request.query);
  const scope = {
    types: asked === undefined ? Object.keys(compartment.codes) : asked.filter((one) => isIn(compartment, one)),
    path: `${type}/${id}/${member}`,
    choosesTypes: !isNamed,
    compartment: { type, id },
  };
  if (isNamed && scope.types.length === 0) throw neverIn(member, type);
  return several(services, request, scope, 'search-compartment', asked !== undefined);
}

function isIn({ codes }: Compartment, type: string): boolean {
  return Object.hasOwn(codes, type);
}

function neverIn(member: string, type: string): FhirError {
  const diagnostics = `${member} is in no compartment of a ${type}`;
  return new FhirError(404, { severity: 'error', code: 'not-found', diagnostics });
}

/** `named`: the client named the types, so that leaving out one without a word would be an untrue answer. */
async function several(
  services: Services,
  request: SystemRequest,
  scope: SearchScope,
  action: 'search-system' | 'search-compartment',
  named: boolean,
): Promise<Answer> {
  if (named) await checkCovered(services, request, scope.types, action);
  const readable =
    scope.types.length === 0 ? [] : await readableTypes(services, request, 'search-type', scope.types, action);
  const types = readable.flatMap((group) => group.types);
  const lenient = request.preference.handling === 'lenient';
  // What restricts the requester to a compartment is in the permits, and so in the statement.
  const options = { ...searchOptions(services, request, {}), lenient };
  const search = parseSearch({ ...scope, types }, request.query, options);
  const query = queryText(search.used);
  const path = scope.path === '' ? '' : `${scope.path}?`;
  return searchset(services, request, search, readable, { action, query: `${path}${query}` });
}

async function checkCovered(
  services: Services,
  request: SystemRequest,
  types: readonly string[],
  action: string,
): Promise<void> {
  const without = types.find((type) => authorize(request.context, 'search-type', type) === undefined);
  if (without === undefined) return;
  await recordRequest(services, request, { action, decision: 'deny', outcome: 403 });
  throw forbidden(`No scope of the token covers search-type on ${without}`);
}
