// FHIR R4 encounter-operation-everything.html: Encounter/[id]/$everything
import { decide } from '#libs/consent';
import { resourceTypes, searchParameters } from '#libs/fhir-definitions';
import { parse } from '#libs/fhir-json';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { localTargets } from '../references/targets.js';
import type { Services } from '../services.js';
import { shown } from '../shown.js';
import { everything, PAGED, type Part } from './everything.js';
import { operationParameters } from './parameters.js';

/** Search parameters by which a resource says in which encounter it was made. */
const OF_ENCOUNTER = ['encounter', 'context'];

/**
 * The encounter, its patient, everything made in it that may be shown, and what that refers to, in pages.
 * @throws FhirError 400, 403; 404 and 410 as a read of the Encounter does.
 */
export async function everythingOfEncounter(services: Services, request: FhirRequest): Promise<Answer> {
  const parameters = operationParameters(request, PAGED);
  const facts = await granted(services, request, 'read');
  const { id = '' } = request;
  const encounter = await services.store.read({ type: 'Encounter', id }, decide(facts, services.store.hash64));
  if (encounter.outcome !== 'found') {
    await shown(services, request, '$everything', encounter);
    return { status: 404, headers: {} };
  }
  const targets = localTargets(parse(encounter.version.bytes).value, services.base);
  const patients = targets.filter(({ type }) => type === 'Patient').map(({ id: patient }) => patient);
  const parts = [
    { type: 'Encounter', query: [['_id', id]] as const },
    ...(patients.length === 0 ? [] : [{ type: 'Patient', query: [['_id', patients.join(',')]] as const }]),
    ...partsOf(id),
  ];
  return { status: 200, headers: {}, body: await everything(services, request, { parts, parameters }) };
}

function partsOf(id: string): Part[] {
  return [...resourceTypes()].sort().flatMap((type) => {
    const found = searchParameters(type).filter(
      ({ code, type: kind, target }) =>
        kind === 'reference' && OF_ENCOUNTER.includes(code) && target?.includes('Encounter') === true,
    );
    const code = OF_ENCOUNTER.find((one) => found.some((parameter) => parameter.code === one));
    return code === undefined || type === 'Encounter' ? [] : [{ type, query: [[code, `Encounter/${id}`]] as const }];
  });
}
