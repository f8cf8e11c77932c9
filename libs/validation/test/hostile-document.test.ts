// FHIR R4, section 2.27 "Validating Resources": documents made to be slow or to break the checker.
import { describe, expect, test } from '@jest/globals';
import { type JsonObject, type JsonValue } from '#libs/fhir-json';
import { validateResource } from '#libs/validation';
import { div, NARRATIVE, observation, patient } from './resources.js';

describe('a hostile document', () => {
  const timed = (resource: JsonValue) => {
    const start = process.cpuUsage();
    const issues = validateResource(resource);
    expect(process.cpuUsage(start).user).toBeLessThan(10_000_000);
    return issues;
  };
  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const nested = (depth: number, inner: JsonObject, wrap: (inner: JsonObject) => JsonObject): JsonObject => {
    let value = inner;
    for (let level = 0; level < depth; level++) value = wrap(value);
    return value;
  };

  test('may be deep', () => {
    const extension = nested(95, { url: 'http://a', valueCode: 'a' }, (inner) => ({
      url: 'http://a',
      extension: [inner],
    }));
    expect(timed(patient({ extension: [extension] })).some(({ severity }) => severity === 'error')).toBe(false);
    const tooDeep = nested(50_000, { url: 'http://a', valueCode: 'a' }, (inner) => ({
      url: 'http://a',
      extension: [inner],
    }));
    expect(timed(patient({ extension: [tooDeep] })).at(-1)).toMatchObject({ severity: 'error', code: 'too-costly' });
  });

  test('may be long', () => {
    expect(timed(patient({ text: NARRATIVE, name: many(100_000, () => ({ family: 'a', given: ['b'] })) }))).toEqual([]);
    const contained = many(10_000, (index) => ({
      resourceType: 'Basic',
      id: `c${index}`,
      code: { text: 'x' },
      text: NARRATIVE,
    }));
    const entry = many(10_000, (index) => ({ item: { reference: `#c${index}` } }));
    expect(
      timed({ resourceType: 'List', status: 'current', mode: 'working', text: NARRATIVE, contained, entry }),
    ).toEqual([]);
    expect(
      timed(observation({ code: { coding: many(50_000, (index) => ({ system: `http://s${index}`, code: 'a' })) } }))
        .length,
    ).toBeLessThanOrEqual(100);
  });

  test('may have one long text', () => {
    const long = 'a'.repeat(10_000_000);
    expect(timed(patient({ name: [{ family: long }] }))[0]).toMatchObject({ code: 'too-long' });
    expect(timed(div(long))).toEqual([]);
    expect(timed(div(`<p${' '.repeat(5_000_000)}x</p>`))).toMatchObject([{ severity: 'error' }]);
    expect(timed(patient({ text: NARRATIVE, name: [{ text: `<a ${'x '.repeat(500_000)}` }] }))).toEqual([]);
  });

  test('may ask for what grows with the square of its size', () => {
    const coding = many(3000, (index) => ({ code: `a${index}` }));
    const component = many(3000, (index) => ({ code: { coding: [{ code: `b${index}` }] } }));
    timed(observation({ valueString: 'x', code: { coding }, component }));
    const element = many(5000, (index) => ({ id: `Patient.a${index}`, path: `Patient.a${index}` }));
    timed({
      resourceType: 'StructureDefinition',
      url: 'http://a',
      name: 'A',
      status: 'draft',
      kind: 'resource',
      abstract: false,
      type: 'Patient',
      baseDefinition: 'http://b',
      derivation: 'constraint',
      differential: { element: [{ id: 'Patient', path: 'Patient' }, ...element] },
    });
  });

  test('may bait regular expressions and parsers', () => {
    const long = (text: string) => text.repeat(20_000);
    timed(patient({ language: long('a-'), photo: [{ contentType: `a/b${long('; a=a')}\u0001` }] }));
    timed(observation({ valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: long('(') } }));
    timed({
      resourceType: 'ValueSet',
      status: 'draft',
      compose: {
        include: [
          {
            system: 'http://snomed.info/sct',
            filter: [{ property: 'constraint', op: '=', value: long('<< 123456 OR ') }],
          },
        ],
      },
    });
    const parameter = (expression: string): JsonObject => ({
      resourceType: 'SearchParameter',
      url: 'http://a',
      name: 'A',
      status: 'draft',
      description: 'a',
      code: 'a',
      base: ['Patient'],
      type: 'token',
      expression,
    });
    for (const text of ['(', '-', 'a.', "'", '//']) timed(parameter(long(text)));
  });

  /** Each against the pattern of its primitive: a long run that nearly matches, and then does not. */
  const BAIT: Record<string, (long: (text: string) => string) => JsonObject> = {
    base64Binary: (long) => patient({ photo: [{ contentType: 'a/b', data: `${long('AAAA')}!` }] }),
    canonical: (long) => patient({ meta: { profile: [`http://${long('a')} `] } }),
    code: (long) => patient({ contact: [{ gender: `${long('a ')} ` }] }),
    date: (long) => patient({ birthDate: `${long('2020-')}x` }),
    dateTime: (long) => observation({ effectiveDateTime: `2020-01-01T10:00:00.${long('1')}x` }),
    id: (long) => patient({ id: `${long('a-.')}_` }),
    instant: (long) => observation({ issued: `2020-01-01T10:00:00.${long('0')}` }),
    markdown: (long) => observation({ note: [{ text: long(' \n') }] }),
    oid: (long) => ({
      resourceType: 'ValueSet',
      status: 'draft',
      compose: { include: [{ system: `urn:oid:${long('1.')}` }] },
    }),
    string: (long) => patient({ name: [{ family: long('\u0009 ') }] }),
    time: (long) => observation({ valueTime: `10:00:00.${long('1')}x` }),
    uri: (long) => patient({ implicitRules: `${long('a:')} ` }),
    url: (long) => patient({ photo: [{ url: `${long('http://a/')} x` }] }),
    uuid: (long) => patient({ identifier: [{ system: `urn:uuid:${long('0-')}` }] }),
    xhtml: (long) => div(`<p class="${long('a ')}`),
    entity: (long) => div(`<p>&${long('a')}</p>`),
    attribute: (long) => div(`<p ${long('class="a" ')}x</p>`),
    comment: (long) => div(`<!--${long('-x')}`),
    reference: (long) => observation({ subject: { reference: `${long('http://a/')}b` } }),
    language: (long) =>
      patient({ communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: long('a-') }] } }] }),
    unit: (long) =>
      observation({ valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: long('m.').slice(0, 99) } }),
    extension: (long) => patient({ extension: [{ url: `http://${long('a|')}`, valueCode: 'a' }] }),
    html: (long) => patient({ name: [{ text: `<${long('script ')}` }] }),
  };

  test.each(Object.entries(BAIT))('may bait the pattern of %s', (_, make) => {
    const start = process.cpuUsage();
    validateResource(make((text) => text.repeat(500_000 / text.length)));
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
  });

  test('may have 100,000 entries that are all wrong, and is told so clearly', () => {
    const issues = timed(patient({ name: many(100_000, () => ({ family: 1 })) }));
    expect(issues).toHaveLength(101);
    expect(issues.at(-1)).toMatchObject({ severity: 'information', details: 'only the first 100 faults are listed' });
    const entries = many(20_000, () => ({ fullUrl: 'http://h/Patient/1', resource: patient({ id: '1' }) }));
    expect(
      timed({ resourceType: 'Bundle', type: 'collection', entry: entries }).some(
        ({ severity }) => severity === 'error',
      ),
    ).toBe(true);
  });

  test('may name 10,000 profiles, and have as many extensions that nobody holds', () => {
    const profile = many(10_000, (index) => `http://x.test/p${index}`);
    const extension = many(10_000, (index) => ({ url: `http://x.test/e${index}`, valueCode: 'a' }));
    const issues = timed(patient({ meta: { profile }, extension }));
    expect(issues).toHaveLength(100);
    expect(issues.every(({ severity }) => severity === 'warning')).toBe(true);
  });

  test('may have names of members that are those of the language', () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '_constructor'];
    for (const name of names) {
      expect(timed(patient({ [name]: 1 }))[0]).toMatchObject({ severity: 'error', code: 'structure' });
      expect(timed({ resourceType: name })[0]).toMatchObject({ severity: 'error' });
    }
  });
});
