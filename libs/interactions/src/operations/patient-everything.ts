// FHIR R4 patient-operation-everything.html: Patient/[id]/$everything
import { decide } from '#libs/consent';
import { compartmentPatient, resourceTypes, searchParameters } from '#libs/fhir-definitions';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import type { Services } from '../services.js';
import { shown } from '../shown.js';
import { careDates, everything, PAGED, type Part } from './everything.js';
import { operationParameters } from './parameters.js';

/** Search parameters that tell when care was given, the first that a type has. A type without one is not limited by date. */
const CARE_DATES = [
  'date',
  'period',
  'onset-date',
  'authoredon',
  'authored',
  'issued',
  'created',
  'when-given',
  'sent',
];

/**
 * Everything in the patient's compartment that may be shown, and what it refers to, in pages.
 * @throws FhirError 400, 403; 404 and 410 as a read of the Patient does.
 */
export async function everythingOfPatient(services: Services, request: FhirRequest): Promise<Answer> {
  const parameters = operationParameters(request, [...PAGED, 'start', 'end']);
  const dates = careDates(parameters);
  const facts = await granted(services, request, 'read');
  const { id = '' } = request;
  const patient = await services.store.read({ type: 'Patient', id }, decide(facts, services.store.hash64));
  if (patient.outcome !== 'found') await shown(services, request, '$everything', patient);
  const parts = ['Patient', ...compartmentTypes()].map((type) => part(type, dates));
  const body = await everything(services, request, { parts, patientId: id, parameters });
  return { status: 200, headers: {}, body };
}

function compartmentTypes(): string[] {
  return [...resourceTypes()].filter((type) => type !== 'Patient' && compartmentPatient(type) !== undefined).sort();
}

function part(type: string, dates: readonly (readonly [string, string])[]): Part {
  if (dates.length === 0 || type === 'Patient') return { type, query: [] };
  const codes = new Set(searchParameters(type).flatMap(({ code, type: kind }) => (kind === 'date' ? [code] : [])));
  const code = CARE_DATES.find((one) => codes.has(one));
  return { type, query: code === undefined ? [] : dates.map(([, value]) => [code, value] as const) };
}
