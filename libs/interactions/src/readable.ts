// SMART App Launch 2.2 scopes of an interaction that reads several resource types at once.
import { authorize, requester } from '#libs/access';
import { decide } from '#libs/consent';
import { forbidden, type Interaction } from '#libs/fhir-model';
import type { Readable } from '#libs/store';
import type { SystemRequest } from './fhir-request.js';
import { checkLag } from './ledger-lag.js';
import { type Done, recordRequest } from './record.js';
import type { Services } from './services.js';

/**
 * Those of `types` that some scope covers, with the permit that decides about each: a type that `patient/` scopes alone cover is
 * shown within that patient's compartment.
 * @throws FhirError 403 where none is covered; the refusal is on record before it is answered.
 */
export async function readableTypes(
  services: Services,
  request: SystemRequest,
  interaction: Interaction,
  types: readonly string[],
  action: Done['action'] = interaction,
): Promise<Readable[]> {
  await checkLag(services, interaction);
  const grants = types.flatMap((type) => {
    const grant = authorize(request.context, interaction, type);
    return grant === undefined ? [] : [{ type, grant }];
  });
  const groups = [...Map.groupBy(grants, ({ grant }) => grant.compartment).values()];
  if (groups.length > 0) {
    return groups.map((group) => {
      const facts = requester(request.context, group[0]?.grant ?? {}, services.custodian);
      return { types: group.map(({ type }) => type), permit: decide(facts, services.store.hash64) };
    });
  }
  await recordRequest(services, request, { action, decision: 'deny', outcome: 403 });
  throw forbidden(`No scope of the token covers ${action}`);
}
