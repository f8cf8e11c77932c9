// FHIR R4 patient-operation-everything.html: Patient/[id]/$everything
import { decide } from '#libs/consent';
import { compartmentPatient, resourceTypes } from '#libs/fhir-definitions';
import { badRequest } from '#libs/fhir-model';
import { anyDate, dateRange, type Range } from '#libs/search';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import type { Services } from '../services.js';
import { shown } from '../shown.js';
import { everything, PAGED, type Part } from './everything.js';
import { type OperationParameters, oneText, operationParameters } from './parameters.js';

/** Search parameters that tell when care was given or planned, whatever type has them. A type without one is not limited by date. */
const CARE_DATES = [
  'abatement-date',
  'activity-date',
  'authored',
  'authored-on',
  'authoredon',
  'collected',
  'created',
  'date',
  'datetime',
  'datewritten',
  'effective',
  'effective-time',
  'event-date',
  'identified',
  'issued',
  'last-date',
  'occurrence',
  'onset',
  'onset-date',
  'period',
  'received',
  'recorded-date',
  'sent',
  'start-date',
  'started',
  'whenhandedover',
  'whenprepared',
];

/**
 * Everything in the patient's compartment that may be shown, and what it refers to, in pages.
 * @throws FhirError 400, 403; 404 and 410 as a read of the Patient does.
 */
export async function everythingOfPatient(services: Services, request: FhirRequest): Promise<Answer> {
  const parameters = operationParameters(request, [...PAGED, 'start', 'end']);
  const care = careRange(parameters);
  const facts = await granted(services, request, 'read');
  const { id = '' } = request;
  const patient = await services.store.read({ type: 'Patient', id }, decide(facts, services.store.hash64));
  if (patient.outcome !== 'found') await shown(services, request, '$everything', patient);
  const parts = ['Patient', ...compartmentTypes()].map((type) => part(services, type, care));
  const body = await everything(services, request, { parts, patientId: id, parameters });
  return { status: 200, headers: {}, body };
}

function compartmentTypes(): string[] {
  return [...resourceTypes()].filter((type) => type !== 'Patient' && compartmentPatient(type) !== undefined).sort();
}

function part({ store }: Services, type: string, care: Range | undefined): Part {
  if (care === undefined || type === 'Patient') return { type, query: [] };
  const clause = anyDate(type, CARE_DATES, care, store.hash64);
  return { type, query: [], ...(clause && { clause }) };
}

/** From `start` to the end of `end`, in UTC; undefined without either. @throws FhirError 400. */
function careRange(parameters: OperationParameters): Range | undefined {
  const [start, end] = [dayOf(parameters, 'start'), dayOf(parameters, 'end')];
  if (start === undefined && end === undefined) return undefined;
  return { low: start?.low ?? Number.NEGATIVE_INFINITY, high: end?.high ?? Number.POSITIVE_INFINITY };
}

function dayOf(parameters: OperationParameters, name: string): Range | undefined {
  const text = oneText(parameters, name);
  if (text === undefined) return undefined;
  const range = /^\d{4}(-\d\d(-\d\d)?)?$/.test(text) ? dateRange(text) : undefined;
  if (range === undefined) throw badRequest('start and end are dates', 'value');
  return range;
}
