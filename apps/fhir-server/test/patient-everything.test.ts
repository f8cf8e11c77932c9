// FHIR R4 patient-operation-everything.html: the dates of care, and types that are reached by reference alone
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

const subject = { reference: 'Patient/p' };
const patient = subject;
const concept = { text: 'x' };
const medication = { medicationCodeableConcept: concept, subject };
const OLD = '2020-01-01';
const NEW = '2024-01-01';

/** Of each a resource from OLD and one from NEW: with what tells when. */
const CARE: readonly (readonly [string, (date: string) => object])[] = [
  ['MedicationStatement', (date) => ({ ...medication, status: 'active', effectiveDateTime: date })],
  [
    'MedicationAdministration',
    (date) => ({ ...medication, status: 'completed', effectivePeriod: { start: date, end: date } }),
  ],
  ['MedicationDispense', (date) => ({ ...medication, status: 'completed', whenHandedOver: date, whenPrepared: OLD })],
  ['ImagingStudy', (date) => ({ status: 'available', subject, started: date })],
  ['Specimen', (date) => ({ subject, collection: { collectedDateTime: date } })],
  ['Goal', (date) => ({ lifecycleStatus: 'active', description: concept, subject, startDate: date })],
  [
    'ServiceRequest',
    (date) => ({ status: 'active', intent: 'order', subject, authoredOn: OLD, occurrenceDateTime: date }),
  ],
  ['Condition', (date) => ({ subject, recordedDate: date })],
  ['NutritionOrder', (date) => ({ status: 'active', intent: 'order', patient, dateTime: date })],
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await put('Practitioner', 'doc', {});
  await put('Practitioner', 'stranger', {});
  await put('Patient', 'p', {});
  for (const [type, made] of CARE) {
    await put(type, 'old', made(OLD));
    await put(type, 'new', made(NEW));
  }
  await put('Condition', 'undated', { subject, asserter: { reference: 'Practitioner/doc' } });
});
afterAll(() => server.close());

async function put(type: string, id: string, more: object): Promise<void> {
  const { status, text } = await server.send('PUT', `${type}/${id}`, { body: { resourceType: type, id, ...more } });
  if (status !== 201) throw new Error(text);
}
async function everything(query: string): Promise<string[]> {
  const { entry = [] } = (await server.send('GET', `Patient/p/$everything?${query}`)).json();
  return entry.map(({ resource }) => [resource?.resourceType, resource?.id].join('/')).sort();
}

describe('Patient $everything', () => {
  test.each(CARE.map(([type]) => type).filter((type) => type !== 'Condition'))(
    'takes a %s by any of its dates of care',
    async (type) => {
      expect(await everything(`_type=${type}&start=2023-12-31&end=2024-01-02`)).toEqual([`${type}/new`]);
      expect(await everything(`_type=${type}&start=2024-01-01`)).toEqual([`${type}/new`]);
      expect(await everything(`_type=${type}&end=2020-01-01`)).toContain(`${type}/old`);
      expect(await everything(`_type=${type}&start=2024-01-02`)).toEqual([]);
    },
  );

  test('does not drop what has no date of care', async () => {
    expect(await everything('_type=Condition&start=2024-01-01')).toEqual(['Condition/new', 'Condition/undated']);
    expect(await everything('_type=Condition&end=2020-12-31')).toEqual(['Condition/old', 'Condition/undated']);
    expect(await everything('_type=Condition&start=2025')).toEqual(['Condition/undated']);
  });

  test('refuses a start or an end that is on no calendar', async () => {
    expect((await server.send('GET', 'Patient/p/$everything?start=2024-13-01')).status).toBe(400);
  });

  test('gives what is only referred to where nothing else is asked for', async () => {
    expect(await everything('_type=Condition,Practitioner')).toContain('Practitioner/doc');
    expect(await everything('_type=Practitioner')).toEqual(['Practitioner/doc']);
    expect(await everything('_type=Practitioner,Organization')).toEqual(['Practitioner/doc']);
    expect(await everything('_type=Organization')).toEqual([]);
    expect(await everything('_type=Practitioner&start=2019&end=2019')).toEqual(['Practitioner/doc']);
    expect(await everything('_type=Practitioner&_since=2099-01-01T00:00:00Z')).toEqual([]);
  });
});
