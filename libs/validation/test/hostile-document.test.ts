// FHIR R4, section 2.27 "Validating Resources": documents made to be slow or to break the checker.
import { describe, expect, test } from '@jest/globals';
import { type JsonObject, type JsonValue } from '#libs/fhir-json';
import { validateResource } from '#libs/validation';

const NARRATIVE = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">text</div>' };
const patient = (members: JsonObject): JsonObject => ({ resourceType: 'Patient', ...members });
const observation = (members: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'c' },
  ...members,
});
const div = (inner: string): JsonObject =>
  patient({ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>` } });

describe('a hostile document', () => {
  const timed = (resource: JsonValue) => {
    const start = performance.now();
    const issues = validateResource(resource);
    expect(performance.now() - start).toBeLessThan(10_000);
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
});
