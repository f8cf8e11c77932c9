// Rules that every search keeps, whatever the right answer is: over the official examples, in real Postgres.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from '#libs/fhir-json';
import { parseSearch } from '#libs/search';
import type { Filter } from '../src/search/matching.js';
import { exampleFiles, options, type Query, type Resource, SearchDatabase } from './search-database.js';

const TYPES = [
  'Patient',
  'Observation',
  'Condition',
  'Encounter',
  'Appointment',
  'Immunization',
  'RiskAssessment',
  'Practitioner',
];

/** Every third version is denied, as if by Consents that have nothing to do with what is searched for. */
const permit: Filter = { predicate: (alias, bind) => `${alias}.pid % ${bind(3)}::bigint <> 0` };

let database: SearchDatabase;
let all: Map<string, string[]>;
let denied: Set<string>;

beforeAll(async () => {
  database = await SearchDatabase.create();
  denied = new Set();
  all = new Map(TYPES.map((type) => [type, []]));
  for (const file of exampleFiles(TYPES)) {
    const document = parse(readFileSync(file));
    const resource = document.value as Resource;
    const pid = await database.add(resource, document);
    const ids = all.get(resource.resourceType)!;
    ids.push(resource.id!);
    if (Number(pid) % 3 === 0) denied.add(`${resource.resourceType}/${resource.id}`);
  }
  await database.pool.query('ANALYZE');
});

afterAll(() => database.drop());

const sorted = (ids: Iterable<string>) => [...ids].sort();

/** Parameters with values that occur in the examples, and some that do not. */
const PARAMETERS: Record<string, Query> = {
  Patient: [
    ['name', 'p'],
    ['gender', 'male,female'],
    ['gender:not', 'male'],
    ['birthdate', 'ge1970'],
    ['birthdate:missing', 'false'],
    ['active', 'true'],
    ['identifier', 'urn:oid:1.2.36.146.595.217.0.1|12345'],
    ['_lastUpdated', 'gt2020'],
    ['deceased', 'false'],
    ['organization:missing', 'true'],
  ],
  Observation: [
    ['code', '8867-4'],
    ['code', 'http://loinc.org|'],
    ['status', 'final'],
    ['category', 'vital-signs,laboratory'],
    ['subject', 'Patient/example'],
    ['patient', 'example'],
    ['date', 'le2013'],
    ['value-quantity', 'gt5'],
    ['value-quantity', 'lt100||mm[Hg]'],
    ['combo-value-quantity', 'ge60'],
    ['code-value-quantity', 'http://loinc.org|8867-4$gt10'],
    ['component-code:missing', 'false'],
  ],
  Condition: [
    ['subject', 'Patient/example,Patient/f001'],
    ['clinical-status', 'active'],
    ['onset-date', 'lt2014'],
    ['severity:missing', 'true'],
    ['code:not', '39065001'],
  ],
  Encounter: [
    ['class', 'AMB,IMP'],
    ['status', 'finished'],
    ['date:missing', 'true'],
    ['length', 'gt30'],
  ],
};

const query: fc.Arbitrary<{ type: string; query: Query }> = fc
  .constantFrom(...Object.keys(PARAMETERS))
  .chain((type) => fc.subarray(PARAMETERS[type]!, { maxLength: 4 }).map((chosen) => ({ type, query: chosen })));

const SORTS: Record<string, string[]> = {
  Patient: [
    '',
    'birthdate',
    '-birthdate',
    'family,-birthdate',
    '-given',
    '_id',
    '-_id',
    '_lastUpdated',
    '-name,_id',
    'birthdate,_lastUpdated',
  ],
  Observation: [
    '',
    'date',
    '-date',
    'value-quantity',
    '-combo-value-quantity',
    '-date,value-quantity',
    'value-string,-date',
  ],
  Condition: ['', '-onset-date', 'onset-age,-onset-date,-_id', 'recorded-date'],
  Encounter: ['', 'length', '-date,length', '_lastUpdated'],
};

const sortedQuery = query.chain(({ type, query: chosen }) =>
  fc
    .constantFrom(...SORTS[type]!)
    .map((sort) => ({ type, query: sort === '' ? chosen : ([...chosen, ['_sort', sort]] as Query) })),
);

const runs = { numRuns: 60 };

describe('a search', () => {
  it('finds everything of the type without parameters, newest first', async () => {
    for (const [type, ids] of all) expect(await database.ids(type, [])).toEqual([...ids].reverse());
  });

  const RANGES: [string, string, string[]][] = [
    ['Patient', 'birthdate', ['1970', '1974-12-25', '2017-05-15T10:00:00Z']],
    ['Patient', 'death-date', ['2015', '2015-02-14']],
    ['Observation', 'date', ['2013', '2016-05-18', '2013-04-02T10:30:10+01:00']],
    ['Observation', 'value-quantity', ['5', '6.3', '1e2', '185', '-3']],
    ['Observation', 'combo-value-quantity', ['60', '107', '6.3||mmol/l', '109|http://unitsofmeasure.org|mm[Hg]']],
    ['Encounter', 'date', ['2005', '2013-03-11', '2015-01-17T16:00']],
    ['Encounter', 'length', ['1', '140', '90||min']],
    ['Condition', 'onset-date', ['2012', '2013-04-02']],
    ['Appointment', 'date', ['2013-12-10', '2014']],
    ['RiskAssessment', 'probability', ['0.5', '0.000168', '1e-2']],
    ['Immunization', '_lastUpdated', ['2020', '2999']],
  ];
  it.each(RANGES)('of %s by %s: greater, less or equal, and missing together are all', async (type, name, values) => {
    for (const value of values) {
      const missing =
        name === '_lastUpdated' || value.includes('|')
          ? undefined
          : await database.ids(type, [[`${name}:missing`, 'true']]);
      const found = new Set([
        ...(await database.ids(type, [[name, `gt${value}`]])),
        ...(await database.ids(type, [[name, `le${value}`]])),
        ...(missing ?? []),
      ]);
      const expected = value.includes('|')
        ? new Set(await database.ids(type, [[name, `gt-1e300${value.slice(value.indexOf('|'))}`]]))
        : new Set(all.get(type));
      expect(sorted(found)).toEqual(sorted(expected));
    }
  });

  it.each(RANGES)('of %s by %s: equal and not equal cover those that have a value', async (type, name, values) => {
    if (name === '_lastUpdated') return;
    for (const value of values.filter((one) => !one.includes('|'))) {
      const found = new Set([
        ...(await database.ids(type, [[name, value]])),
        ...(await database.ids(type, [[name, `ne${value}`]])),
      ]);
      expect(sorted(found)).toEqual(sorted(await database.ids(type, [[`${name}:missing`, 'false']])));
    }
  });

  it('never finds more when a parameter is added', async () => {
    await fc.assert(
      fc.asyncProperty(query, async ({ type, query: chosen }) => {
        const more = new Set(await database.ids(type, chosen.slice(0, -1)));
        for (const id of await database.ids(type, chosen)) expect(more).toContain(id);
      }),
      runs,
    );
  });

  it('finds by two parameters what both find', async () => {
    await fc.assert(
      fc.asyncProperty(query, async ({ type, query: chosen }) => {
        const each = await Promise.all(chosen.map((one) => database.ids(type, [one])));
        const both = all.get(type)!.filter((id) => each.every((ids) => ids.includes(id)));
        expect(sorted(await database.ids(type, chosen))).toEqual(sorted(both));
      }),
      runs,
    );
  });

  it('finds by a comma what one or the other finds', async () => {
    const either = sorted(await database.ids('Observation', [['code', '8867-4,http://loinc.org|15074-8']]));
    const one = await database.ids('Observation', [['code', '8867-4']]);
    const other = await database.ids('Observation', [['code', 'http://loinc.org|15074-8']]);
    expect(one.length * other.length).toBeGreaterThan(0);
    expect(either).toEqual(sorted(new Set([...one, ...other])));
  });

  it('has a complement: with :not and without are all, and have nothing in common', async () => {
    for (const [type, name, value] of [
      ['Patient', 'gender', 'male'],
      ['Observation', 'code', '8867-4'],
      ['Condition', 'code', '39065001'],
    ] as const) {
      const yes = await database.ids(type, [[name, value]]);
      const no = await database.ids(type, [[`${name}:not`, value]]);
      expect(sorted([...yes, ...no])).toEqual(sorted(all.get(type)!));
    }
  });

  it('gives in pages of any size, in any order, what it gives in one', async () => {
    await fc.assert(
      fc.asyncProperty(sortedQuery, fc.integer({ min: 1, max: 9 }), async ({ type, query: chosen }, count) => {
        expect(await database.pages(type, chosen, count)).toEqual(await database.ids(type, chosen));
      }),
      { numRuns: 80 },
    );
  });

  it('finds the same in every order', async () => {
    await fc.assert(
      fc.asyncProperty(sortedQuery, async ({ type, query: chosen }) => {
        const unsorted = chosen.filter(([name]) => name !== '_sort');
        expect(sorted(await database.ids(type, chosen))).toEqual(sorted(await database.ids(type, unsorted)));
      }),
      runs,
    );
  });

  it('finds the same whether it begins with a rare parameter or with the newest resources', async () => {
    await fc.assert(
      fc.asyncProperty(sortedQuery, fc.constantFrom(0, 1, 5, 20), async ({ type, query: chosen }, few) => {
        const request = parseSearch(type, [...chosen, ['_total', 'accurate'], ['_count', '7']], options);
        const { matches, total, next } = await database.search(request, permit);
        expect(await database.search(request, permit, few)).toMatchObject({
          matches: matches.map(({ id }) => ({ id })),
          total,
        });
        expect((await database.search(request, permit, few)).next).toEqual(next);
      }),
      { numRuns: 100 },
    );
  });

  it('finds by two bounds of a date or a number the values between them', async () => {
    for (const [type, name, low, high] of [
      ['Observation', 'date', '2012', '2014'],
      ['Observation', 'value-quantity', '6', '40'],
      ['Patient', 'birthdate', '1960', '1990'],
      ['Encounter', 'date', '2013', '2016'],
    ] as const) {
      const [from, to] = [
        [name, `ge${low}`],
        [name, `lt${high}`],
      ] as const;
      const above = await database.ids(type, [[...from]]);
      const below = await database.ids(type, [[...to]]);
      const between = above.filter((id) => below.includes(id));
      expect(between.length).toBeGreaterThan(0);
      expect(await database.ids(type, [[...from], [...to]])).toEqual(between);
    }
  });

  it('shows under a permit what it finds without, minus what is denied: in pages, in order and in totals', async () => {
    await fc.assert(
      fc.asyncProperty(sortedQuery, fc.integer({ min: 1, max: 9 }), async ({ type, query: chosen }, count) => {
        const open = await database.ids(type, chosen);
        const allowed = open.filter((id) => !denied.has(`${type}/${id}`));
        expect(await database.pages(type, chosen, count, permit)).toEqual(allowed);
        const request = parseSearch(type, [...chosen, ['_total', 'accurate'], ['_count', '1']], options);
        expect((await database.search(request, permit)).total).toBe(allowed.length);
        const counted = parseSearch(type, [...chosen, ['_summary', 'count']], options);
        expect(await database.search(counted, permit)).toMatchObject({ matches: [], total: allowed.length });
      }),
      runs,
    );
  });

  it('inside a compartment finds what is in it, and a parameter that names the patient finds no more', async () => {
    await fc.assert(
      fc.asyncProperty(sortedQuery, async ({ type, query: chosen }) => {
        const patientId = 'example';
        const request = parseSearch(type, [...chosen, ['_count', '1000']], { ...options, patientId });
        const inside = (await database.search(request)).matches.map(({ id }) => id);
        const { rows } = await database.pool.query<{ id: string }>(
          'SELECT v.id FROM version v JOIN compartment c USING (pid) WHERE v.type = $1 AND c.patient = $2',
          [type, String(request.patient)],
        );
        const members = new Set(rows.map(({ id }) => id));
        expect(inside).toEqual((await database.ids(type, chosen)).filter((id) => members.has(id)));
      }),
      runs,
    );
  });
});
