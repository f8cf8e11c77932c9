// FHIR R4 http.html#create, "Referential Integrity": off, a warning, or a refusal.
import { isSystemClient } from '#libs/access';
import type { Permit } from '#libs/consent';
import type { JsonDocument } from '#libs/fhir-json';
import { conflict, type Issue, unprocessable } from '#libs/fhir-model';
import type { FhirRequest } from '../fhir-request.js';
import { recordRequest } from '../record.js';
import type { Services } from '../services.js';
import { localTargets, type Target } from './targets.js';

/** @throws FhirError 422 where the server is configured to refuse; warnings where it is configured to warn. */
export async function checkReferences(
  services: Services,
  request: FhirRequest,
  document: JsonDocument,
  permit: Permit,
): Promise<Issue[]> {
  const isOff = (services.referentialIntegrity ?? 'off') === 'off';
  return isOff ? [] : checkTargets(services, request, localTargets(document.value, services.base), permit);
}

/**
 * The same for references already gathered. For all but system clients what is hidden is not there, so that writing tells no
 * more than reading.
 */
export async function checkTargets(
  services: Services,
  request: FhirRequest,
  targets: readonly Target[],
  permit: Permit,
): Promise<Issue[]> {
  const missing = await services.store.absent(targets, isSystemClient(request.context) ? undefined : permit);
  if (missing.length === 0) return [];
  if (services.referentialIntegrity === 'warn') return missing.map((target) => issue('warning', target));
  const action = request.id === undefined ? 'create' : 'update';
  await recordRequest(services, request, { action, decision: 'permit', outcome: 422 });
  throw unprocessable(missing.map((target) => issue('error', target)));
}

/**
 * To be called once the resource is deleted, in the transaction that deletes it.
 * @throws FhirError 409 where the server is configured to refuse and others refer to it.
 */
export async function checkUnreferenced(
  services: Services,
  request: FhirRequest,
  name: { readonly type: string; readonly id: string },
  permit: Permit,
): Promise<void> {
  if (!(await services.store.referredTo(name, isSystemClient(request.context) ? undefined : permit))) return;
  const asked: FhirRequest = { ...request, id: name.id };
  await recordRequest(services, asked, { action: 'delete', decision: 'permit', outcome: 409 });
  throw conflict(`Other resources refer to ${name.type}/${name.id}: delete or change them first`);
}

function issue(severity: 'warning' | 'error', { type, id }: { type: string; id: string }): Issue {
  return { severity, code: 'not-found', diagnostics: `There is no ${type}/${id}, to which the resource refers` };
}
