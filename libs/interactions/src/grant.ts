// SMART App Launch 2.2 scopes at the start of every interaction.
import { authorize, type Grant, type Requester, requester } from '#libs/access';
import { forbidden, type Interaction } from '#libs/fhir-model';
import type { FhirRequest } from './fhir-request.js';
import { checkLag } from './ledger-lag.js';
import { type Done, recordRequest } from './record.js';
import type { Services } from './services.js';

/**
 * Who asks, as the consent decision sees them, once a scope covers the interaction; `action` is what the record calls it.
 * @throws FhirError 403 without one; the refusal is on record before it is answered. 503 where the ledger is too far behind.
 */
export async function granted(
  services: Services,
  request: FhirRequest,
  interaction: Interaction,
  action: Done['action'] = interaction,
): Promise<Requester> {
  const grant: Grant | undefined = authorize(request.context, interaction, request.type);
  if (grant) await checkLag(services, interaction);
  if (grant) return requester(request.context, grant, services.custodian);
  await recordRequest(services, request, { action, decision: 'deny', outcome: 403 });
  throw forbidden(`No scope of the token covers ${interaction} on ${request.type}`);
}
