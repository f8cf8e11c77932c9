// FHIR R4, section 3.1.1.5: order, totals, compartments, and what a search does not find any more, in real Postgres.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseSearch } from '#libs/search';
import { exampleFiles, keyed, options, type Query, SearchDatabase } from './search-database.js';
import { addBasics, add as addTo, ask as askIn } from './search-resources.js';

let database: SearchDatabase;
const ask = (type: string, query: string) => askIn(database, type, query);
const add = (text: string) => addTo(database, text);

beforeAll(async () => {
  database = await SearchDatabase.create();
  await addBasics(database);
});

afterAll(() => database.drop());

describe('an order', () => {
  const inOrder = (query: string) => database.ids('Basic', [...new URLSearchParams(query)] as Query);

  it('puts the least value first, and the greatest first when descending, and what has none last', async () => {
    for (const [id, values] of [
      ['late', ['2013-05']],
      ['wide', ['2011', '2019']],
      ['none', []],
      ['early', ['2012-01-01']],
    ] as const) {
      await add(
        JSON.stringify({
          resourceType: 'PlanDefinition',
          id: `s-${id}`,
          status: 'draft',
          effectivePeriod: values.length ? { start: values[0], end: values[1] } : undefined,
          name: `sorted`,
          ...(id === 'late' ? { title: 'B' } : { title: 'a' }),
        }),
      );
    }
    const plans = (sort: string) =>
      database.ids('PlanDefinition', [
        ['name', 'sorted'],
        ['_sort', sort],
      ]);
    expect(await plans('effective')).toEqual(['s-wide', 's-early', 's-late', 's-none']);
    expect(await plans('-effective')).toEqual(['s-late', 's-early', 's-wide', 's-none']);
    expect(await plans('title,-effective')).toEqual(['s-early', 's-wide', 's-none', 's-late']);
    expect(await plans('-title,effective')).toEqual(['s-late', 's-wide', 's-early', 's-none']);
    expect(await plans('title,-_id')).toEqual(['s-wide', 's-none', 's-early', 's-late']);
  });

  it('by several values of one resource goes by the least, or descending by the greatest', async () => {
    for (const [id, names] of Object.entries({ x: ['m'], y: ['a', 'z'], z: ['b'] })) {
      await add(JSON.stringify({ resourceType: 'Practitioner', id, name: names.map((family) => ({ family })) }));
    }
    expect(await database.ids('Practitioner', [['_sort', 'family']])).toEqual(['y', 'z', 'x']);
    expect(await database.ids('Practitioner', [['_sort', '-family']])).toEqual(['y', 'x', 'z']);
  });

  it('by id and by time of recording', async () => {
    expect(await inOrder('_sort=_id&subject=Patient/a')).toEqual(['plain', 'two', 'version']);
    expect(await inOrder('_sort=-_id&subject=Patient/a')).toEqual(['version', 'two', 'plain']);
    expect(await inOrder('_sort=_lastUpdated&subject=Patient/a')).toEqual(['plain', 'version', 'two']);
    expect(await inOrder('_sort=-_lastUpdated&subject=Patient/a')).toEqual(['two', 'version', 'plain']);
  });
});

describe('a version that stops being current', () => {
  it('leaves nothing in the index and is not found any more', async () => {
    const tables = ['index_hash', 'index_string', 'index_range', 'index_entry'];
    const counts = () => Promise.all(tables.map((table) => database.count(table)));
    const before = await counts();
    const pid = await add(
      readFileSync(exampleFiles(['Patient']).find((file) => basename(file) === 'Patient-example.json')!, 'utf8')
        .replace('"id": "example"', '"id": "gone"')
        .replace('"id":"example"', '"id":"gone"'),
    );
    expect(await ask('Patient', '_id=gone')).toEqual(['gone']);
    expect((await counts()).every((count, at) => count > before[at]!)).toBe(true);
    await database.retire(pid);
    expect(await counts()).toEqual(before);
    expect(await ask('Patient', '_id=gone')).toEqual([]);
  });
});

describe('a compartment', () => {
  it('holds the resources of its patient, those of several patients too', async () => {
    const inside = async (patientId: string, query: Query) =>
      (await database.search(parseSearch('Basic', query, { ...options, patientId }))).matches
        .map(({ id }) => id)
        .sort();
    expect(await inside('a', [])).toEqual(['plain', 'two', 'version']);
    expect(await inside('b', [])).toEqual(['two']);
    expect(await inside('b', [['code', 's|c']])).toEqual(['two']);
    expect(await inside('b', [['patient', 'a']])).toEqual(['two']);
    expect(await inside('c', [['code', 's|c']])).toEqual([]);
  });

  it('is what a patient column of the index says, nobody where none is named, or none where there are several', async () => {
    const { rows } = await database.pool.query<{ id: string; patient: string }>(
      `SELECT DISTINCT v.id, h.patient FROM index_hash h JOIN version v USING (pid) WHERE v.type = 'Basic'`,
    );
    const patient = Object.fromEntries(rows.map((row) => [row.id, row.patient]));
    const [a, nobody] = ['a', 'unknown/'].map((id) => String(keyed('Patient', id)));
    expect(patient).toMatchObject({ plain: a, version: a, two: '0' });
    expect(patient).toMatchObject({ elsewhere: nobody, contained: nobody, group: nobody });
  });
});

describe('an answer', () => {
  it('counts only when asked to', async () => {
    const total = async (query: Query) => (await database.search(parseSearch('Basic', query, options))).total;
    expect(await total([])).toBeUndefined();
    expect(await total([['_total', 'none']])).toBeUndefined();
    expect(
      await total([
        ['_total', 'accurate'],
        ['_count', '2'],
      ]),
    ).toBe(10);
    expect(await total([['_count', '0']])).toBe(10);
    expect(
      await total([
        ['_summary', 'count'],
        ['_id', 'nobody'],
      ]),
    ).toBe(0);
  });

  it('takes parameters as values, never as SQL', async () => {
    for (const value of ["'; DROP TABLE version; --", '$1', '%', '\\\\', "' OR ''='"]) {
      expect(await ask('Patient', `family=a${encodeURIComponent(value)}`)).toEqual([]);
      expect(await ask('Patient', `identifier=${encodeURIComponent(value)}`)).toEqual([]);
    }
    expect(await database.count('version')).toBeGreaterThan(10);
  });
});
