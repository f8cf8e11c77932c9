// FHIR R4 observation-operation-stats.html: which Observations are calculated with, and in which unit the results are
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

const UCUM = 'http://unitsofmeasure.org';
const PRESSURE = { unit: 'mmHg', system: UCUM, code: 'mm[Hg]' };
const subject = { reference: 'Patient/p' };
const coded = (code: string) => ({ coding: [{ system: 'urn:o', code }] });
const pressure = (value: number) => ({ code: coded('pressure'), valueQuantity: { value, ...PRESSURE } });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.send('PUT', 'Patient/p', { body: { resourceType: 'Patient', id: 'p' } });
  for (const [index, value] of [10, 20, 30, 40].entries()) await put(`v${index}`, pressure(value));
  await put('above', { ...pressure(300), valueQuantity: { value: 300, comparator: '>', ...PRESSURE } });
  await put('wrong', { ...pressure(1000), status: 'entered-in-error' });
  await put('panel', {
    code: coded('panel'),
    component: [pressure(50), { code: coded('rate'), valueQuantity: { value: 7, unit: 'beats' } }],
  });
  for (const value of [36, 38]) {
    await put(`t${value}`, { code: coded('heat'), valueQuantity: { value, unit: '°C', system: UCUM, code: 'Cel' } });
  }
});
afterAll(() => server.close());

interface Figure {
  valueQuantity?: { value: number; unit?: string; system?: string; code?: string };
}
interface Part {
  name: string;
  resource: { id?: string; component: Figure[] };
}

const put = (id: string, more: object) =>
  server.send('PUT', `Observation/${id}`, {
    body: { resourceType: 'Observation', id, status: 'final', subject, effectiveDateTime: '2024-01-01', ...more },
  });
const asked = (code: string, statistics: string, more = '') =>
  server.send('GET', `Observation/$stats?subject=Patient/p&system=urn:o&code=${code}&statistic=${statistics}${more}`);

async function figures(code: string, statistics: string): Promise<Figure['valueQuantity'][]> {
  const [first] = (await asked(code, statistics)).json().parameter as Part[];
  return first?.resource.component.map(({ valueQuantity }) => valueQuantity) ?? [];
}

async function sourcesOf(code: string, more: string): Promise<string[]> {
  const parts = (await asked(code, 'count', more)).json().parameter as Part[];
  return parts
    .flatMap(({ name, resource }) => (name === 'source' ? [resource.id ?? ''] : []))
    .sort((a, b) => a.localeCompare(b));
}

describe('Observation $stats', () => {
  test('calculates with components, too, and not with what was entered in error or has a comparator', async () => {
    const values = await figures('pressure', 'count,total-count,maximum,average');
    expect(values.map((one) => one?.value)).toEqual([5, 6, 50, 30]);
    expect(await sourcesOf('pressure', '&include=true')).toEqual(['above', 'panel', 'v0', 'v1', 'v2', 'v3']);
  });

  test('gives an Observation once as a source where it has two of the codes', async () => {
    expect(await sourcesOf('panel,rate', '&include=true')).toEqual(['panel']);
  });

  test('has the quartile deviation as one half of the distance between the quartiles', async () => {
    expect(await figures('pressure', '4-lower,4-upper,4-dev')).toEqual([
      { value: 20, ...PRESSURE },
      { value: 40, ...PRESSURE },
      { value: 10, ...PRESSURE },
    ]);
  });

  test('squares the unit of the variance and gives skew and kurtosis none', async () => {
    expect(await figures('pressure', 'variance,skew,kurtosis,count')).toEqual([
      { value: 250, unit: 'mm[Hg]2', system: UCUM, code: 'mm[Hg]2' },
      { value: 0 },
      { value: expect.closeTo(1.7) },
      { value: 5 },
    ]);
  });

  test('leaves out a squared unit that UCUM cannot write', async () => {
    expect(await figures('heat', 'variance,average')).toEqual([
      { value: 2 },
      { value: 37, unit: '°C', system: UCUM, code: 'Cel' },
    ]);
  });

  test('looks at limit only with include', async () => {
    expect((await asked('pressure', 'count', '&limit=0')).status).toBe(200);
    expect((await asked('pressure', 'count', '&limit=0&include=false')).status).toBe(200);
    expect((await asked('pressure', 'count', '&limit=0&include=true')).status).toBe(400);
    expect(await sourcesOf('pressure', '&limit=2&include=true')).toHaveLength(2);
  });
});
