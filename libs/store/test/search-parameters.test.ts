// FHIR R4, section 3.1.1.4: each type of parameter with official examples and with the cases at its edges, in real Postgres.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseSearch } from '#libs/search';
import { exampleFiles, options, SearchDatabase } from './search-database.js';
import { addBasics, addQuantities, add as addTo, ask as askIn } from './search-resources.js';

const TYPES = [
  'Patient',
  'Observation',
  'Condition',
  'Encounter',
  'Bundle',
  'Group',
  'MolecularSequence',
  'Questionnaire',
];

let database: SearchDatabase;
const ask = (type: string, query: string) => askIn(database, type, query);
const add = (text: string) => addTo(database, text);

beforeAll(async () => {
  database = await SearchDatabase.create();
  for (const file of exampleFiles(TYPES)) await add(readFileSync(file, 'utf8'));
  await addBasics(database);
  await addQuantities(database);
  await database.pool.query('ANALYZE');
});

afterAll(() => database.drop());

type Case = [query: string, ids: string[]];

const check = (type: string, cases: Case[]) =>
  it.each(cases)(`${type}?%s`, async (query, ids) => {
    expect(await ask(type, query)).toEqual([...ids].sort());
  });

describe('a token', () => {
  check('Patient', [
    ['gender=female&birthdate=1995-10-12', ['infant-mom']],
    ['identifier=urn:oid:1.2.36.146.595.217.0.1|12345&active=true', ['example']],
    ['identifier=12345&identifier=urn:oid:1.2.36.146.595.217.0.1|', ['example']],
    ['identifier=|12345', []],
    ['identifier=urn:oid:1.2.36.146.595.217.0.1|1234', []],
    ['gender=http://hl7.org/fhir/administrative-gender|female&birthdate=1995-10-12', ['infant-mom']],
    ['gender=http://elsewhere|female', []],
    ['gender=Female', []],
    ['phone=%2B31612345678', ['f201']],
    ['email=p.heuvel@gmail.com', ['f001']],
    ['telecom=email|p.heuvel@gmail.com', ['f001']],
  ]);

  check('Basic', [
    ['_tag=t|x\\,y\\|z\\$', ['tagged']],
    ['_tag=x\\,y\\|z\\$', ['tagged']],
    ['_tag=|x\\,y\\|z\\$', []],
    ['_tag=t|', ['tagged']],
    ['_security=|R', ['tagged']],
    ['_security=R,X', ['tagged']],
    ['_profile=http://p', ['tagged']],
    ['_profile=http://p|2', ['tagged']],
    ['_profile=http://p|3', []],
    ['_source=http://src%231', ['tagged']],
    ['_source=http://src', []],
    ['_id=plain,two,nobody', ['plain', 'two']],
    ['_id=%27%20OR%201=1--', []],
  ]);
});

describe('a reference', () => {
  check('Basic', [
    ['subject=Patient/a', ['plain', 'version', 'two']],
    ['patient=Patient/a', ['plain', 'version', 'two']],
    ['patient=a', ['plain', 'version', 'two']],
    ['subject=a', ['plain', 'version', 'two', 'group']],
    ['subject:Patient=a', ['plain', 'version', 'two']],
    ['subject:Group=a', ['group']],
    ['subject=Patient/a/_history/3', ['version']],
    ['subject=http://other/fhir/Patient/a', ['elsewhere']],
    ['patient=http://other/fhir/Patient/a', ['elsewhere']],
    ['subject=urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', ['urn']],
    ['subject:identifier=urn:id|7', ['logical']],
    ['subject:identifier=7', ['logical']],
    ['subject:identifier=|7', []],
    ['patient=Group/a', []],
    ['author=Patient/b', ['two']],
    ['subject=Patient/a&author=Patient/b', ['two']],
    ['patient:missing=true', ['group', 'urn', 'tagged']],
    ['subject:missing=true', ['tagged']],
  ]);

  it('into our own base is asked for by the relative and by the absolute one alike', async () => {
    const found = async (value: string) => {
      const request = parseSearch('Basic', [['patient', value]], { ...options, baseUrl: 'http://us/fhir' });
      return (await database.search(request)).matches.map(({ id }) => id).sort();
    };
    expect(await found('Patient/a')).toEqual(['plain', 'two', 'version']);
    expect(await found('http://us/fhir/Patient/a')).toEqual(['plain', 'two', 'version']);
  });

  it('is also the resource that stands where a Bundle could refer to it', async () => {
    const document = (await ask('Bundle', 'composition=Composition/180f219f-97a8-486d-99d9-ed631fe4fc57')).length;
    expect(document).toBeGreaterThan(0);
  });
});

describe('a string', () => {
  check('Patient', [
    ['family=chal&birthdate=1974-12-25', ['example']],
    ['family=CHÁLMERS&birthdate=1974-12-25', ['example']],
    ['family=halmers&birthdate=1974-12-25', []],
    ['family:contains=HALMER&birthdate=1974-12-25', ['example']],
    ['family:exact=Chalmers&birthdate=1974-12-25', ['example']],
    ['family:exact=chalmers&birthdate=1974-12-25', []],
    ['name=jim&birthdate=1974-12-25', ['example']],
    ['address=534%20erewhon&birthdate=1974-12-25', ['example']],
    ['address-city=pleasantville&birthdate=1974-12-25', ['example']],
    ['family=100%25', []],
    ['family:contains=hal-me&birthdate=1974-12-25', []],
    ['family:contains=_hal&birthdate=1974-12-25', ['example']],
  ]);

  it('that is longer than a row is found whole, and by what stands at its end', async () => {
    const text = `Zebra ${'lorem ipsum dolor '.repeat(60)} the very end`;
    await add(JSON.stringify({ resourceType: 'Questionnaire', id: 'long', status: 'draft', description: text }));
    expect(await ask('Questionnaire', 'description=zebra')).toEqual(['long']);
    expect(await ask('Questionnaire', 'description:contains=very+end')).toEqual(['long']);
    expect(await ask('Questionnaire', `description:exact=${encodeURIComponent(text)}`)).toEqual(['long']);
    expect(await ask('Questionnaire', 'description=very+end')).toEqual([]);
  });
});

describe('a date', () => {
  check('Basic', [
    ['created=2020-02', ['plain', 'version']],
    ['created=2020-02-29', ['version']],
    ['created=2020', ['plain', 'version']],
    ['created=ne2020-02-29', ['plain', 'elsewhere']],
    ['created=gt2020-02-29', ['elsewhere']],
    ['created=lt2020-02-29', ['plain']],
    ['created=lt2020-02', []],
    ['created=le2020-02', ['plain', 'version']],
    ['created=ge2020-03', ['elsewhere']],
    ['created=ge2020-02-29', ['version', 'elsewhere']],
    ['created=sa2020-02', ['elsewhere']],
    ['created=sa2020-02-28', ['version', 'elsewhere']],
    ['created=eb2021', ['plain', 'version']],
    ['created=eb2020-03', ['plain', 'version']],
    ['created=ge2020-02&created=lt2020-03', ['plain', 'version']],
    ['created=ap2020-02', ['plain', 'version', 'elsewhere']],
    ['created=2020,2021&created=ge2020-03', ['elsewhere']],
    ['created=2020-02,2021&created=ne2020-02-29', ['plain', 'elsewhere']],
    ['created=ge2019&created=le2020-01', []],
    ['_lastUpdated=gt2999', []],
    ['_lastUpdated=lt2999&_id=plain', ['plain']],
    ['_lastUpdated=2999,ge2020&_id=plain', ['plain']],
  ]);

  it('of a Period that has no end goes on for ever', async () => {
    await add(
      '{"resourceType":"Encounter","id":"open","status":"in-progress","class":{"code":"AMB"},"period":{"start":"2050-01-01"}}',
    );
    await add(
      '{"resourceType":"Encounter","id":"begun","status":"finished","class":{"code":"AMB"},"period":{"end":"1900"}}',
    );
    expect(await ask('Encounter', 'date=gt2900')).toEqual(['emerg', 'open']);
    expect(await ask('Encounter', 'date=lt1200')).toEqual(['begun']);
    expect(await ask('Encounter', 'date=sa2049')).toEqual(['open']);
    expect(await ask('Encounter', 'date=2050')).toEqual([]);
  });

  it('given several times is asked for each parameter by itself', async () => {
    const due = (date: string) => `{"dueDate":"${date}"}`;
    await add(`{"resourceType":"Goal","id":"two-dates","lifecycleStatus":"active","description":{"text":"d"},
      "subject":{"reference":"Patient/g"},"target":[${due('2031-01-01')},${due('2035-01-01')}]}`);
    expect(await ask('Goal', 'target-date=lt2032&target-date=gt2034')).toEqual(['two-dates']);
    expect(await ask('Goal', 'target-date=gt2031-06&target-date=lt2034')).toEqual(['two-dates']);
    expect(await ask('Goal', 'target-date=gt2035-06')).toEqual([]);
  });

  it('is compared as a time, whatever its zone', async () => {
    await add(
      '{"resourceType":"Encounter","id":"zone","status":"finished","class":{"code":"AMB"},"period":{"start":"2041-01-01T23:30:00-02:00","end":"2041-01-02T01:30:00Z"}}',
    );
    expect(await ask('Encounter', 'date=2041-01-02')).toEqual(['zone']);
    expect(await ask('Encounter', 'date=2041-01-01')).toEqual([]);
    expect(await ask('Encounter', 'date=2041-01-02T03:30:00+02:00&date=ge2041')).toEqual(['zone']);
  });
});

describe('a quantity', () => {
  check('Observation', [
    ['code=q&value-quantity=1.0', ['q-one-point-zero', 'q-one-point-double-zero']],
    ['code=q&value-quantity=1', ['q-one', 'q-one-point-zero', 'q-one-point-double-zero']],
    ['code=q&value-quantity=1.00', ['q-one-point-double-zero']],
    ['code=q&value-quantity=1.0|u|mg', ['q-one-point-zero']],
    ['code=q&value-quantity=1||mg', ['q-one', 'q-one-point-zero', 'q-one-point-double-zero']],
    ['code=q&value-quantity=1||milligram', ['q-one-point-zero']],
    ['code=q&value-quantity=1|v|mg', []],
    ['code=q&value-quantity=lt1', ['q-below-five']],
    ['code=q&value-quantity=gt1', ['q-below-five', 'q-at-least-nine', 'q-huge']],
    ['code=q&value-quantity=ge5', ['q-at-least-nine', 'q-huge']],
    ['code=q&value-quantity=sa4', ['q-at-least-nine', 'q-huge']],
    ['code=q&value-quantity=eb9', ['q-one', 'q-one-point-zero', 'q-one-point-double-zero', 'q-below-five']],
    ['code=q&value-quantity=ap0.95', ['q-one', 'q-one-point-zero', 'q-one-point-double-zero', 'q-below-five']],
    ['code=q&value-quantity=12345678901234567890', ['q-huge']],
    ['value-quantity=6.3||mmol/l', ['f001']],
    ['value-quantity=6.3|http://unitsofmeasure.org|mmol/L', ['f001']],
    ['value-quantity=gt6.3||mmol/l&value-quantity=lt6.31||mmol/l', []],
    ['component-value-quantity=107|http://unitsofmeasure.org|mm[Hg]', ['blood-pressure', 'blood-pressure-dar']],
  ]);
});

describe('a composite', () => {
  check('Observation', [
    ['code-value-quantity=q$1.0', ['q-one-point-zero', 'q-one-point-double-zero']],
    ['code-value-quantity=q$gt8|u|mg', ['q-at-least-nine']],
    ['code-value-quantity=http://loinc.org|15074-8$6.3||mmol/l', ['f001']],
    ['combo-code-value-quantity=http://loinc.org|8480-6$107', ['blood-pressure', 'blood-pressure-dar']],
    ['component-code-value-quantity=8480-6$lt60', []],
    ['component-code-value-quantity=8462-4$107', []],
  ]);
  check('MolecularSequence', [
    ['referenceseqid-window-coordinate=NC_000009.11$gt22125000$le22125510', ['example']],
    ['referenceseqid-window-coordinate=NC_000009.11$22125503$lt5', []],
  ]);
  it('of two codes matches only where they stand together', async () => {
    await add(`{"resourceType":"Group","id":"pair","type":"person","actual":false,"characteristic":[
      {"code":{"coding":[{"code":"k1"}]},"valueCodeableConcept":{"coding":[{"system":"s","code":"v1"}]},"exclude":false},
      {"code":{"coding":[{"code":"k2"}]},"valueBoolean":true,"exclude":false}]}`);
    expect(await ask('Group', 'characteristic-value=k1$v1')).toEqual(['pair']);
    expect(await ask('Group', 'characteristic-value=k1$s|v1')).toEqual(['pair']);
    expect(await ask('Group', 'characteristic-value=k2$true')).toEqual(['pair']);
    expect(await ask('Group', 'characteristic-value=k2$v1')).toEqual([]);
    expect(await ask('Group', 'characteristic-value:missing=false&_id=pair')).toEqual(['pair']);
  });
});
