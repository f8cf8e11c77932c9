// FHIR R4, section 5.1 "Profiling": slices, fixed values, patterns, references, derived profiles.
import { describe, expect, test } from '@jest/globals';
import type { Profile, ProfileElement } from '#libs/fhir-definitions';
import type { JsonObject } from '#libs/fhir-json';
import { Definitions, validateResource } from '#libs/validation';

const BASE = 'http://example.org/StructureDefinition/';
const CORE = 'http://hl7.org/fhir/StructureDefinition/';

function profile(name: string, type: string, element: ProfileElement[], baseDefinition = CORE + type): Profile {
  return {
    url: BASE + name,
    name,
    type,
    kind: 'resource',
    derivation: 'constraint',
    baseDefinition,
    differential: { element },
  };
}

function definitions(...profiles: Profile[]): Definitions {
  return new Definitions({
    version: 'test',
    profile: (url) => profiles.find((each) => each.url === url),
    valueSet: (url) => (url === `${BASE}vs` ? { include: [{ system: 'http://s', codes: ['a', 'b'] }] } : undefined),
    codeSystem: () => undefined,
  });
}

/** `code expression` of each error. */
function faults(resource: JsonObject, profiles: Profile[], names = [profiles[0]!.name]): string[] {
  const issues = validateResource(resource, {
    definitions: definitions(...profiles),
    profiles: names.map((name) => BASE + name),
  });
  return issues
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => `${code} ${expression?.[0]}`);
}

const observation = (members: JsonObject = {}): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'c' },
  ...members,
});
const element = (id: string, rest: Partial<ProfileElement> = {}): ProfileElement => ({
  id,
  path: id.replaceAll(/:[^.]*/g, ''),
  ...(id.includes(':', id.lastIndexOf('.')) ? { sliceName: id.slice(id.lastIndexOf(':') + 1) } : {}),
  ...rest,
});
const coded = (code: string): JsonObject => ({ code: { coding: [{ system: 'http://s', code }] } });

describe('a profile', () => {
  test('asks for elements, and forbids others', () => {
    const strict = profile('strict', 'Observation', [
      element('Observation.subject', { min: 1 }),
      element('Observation.note', { max: '0' }),
      element('Observation.identifier', { max: '1' }),
    ]);
    expect(faults(observation({ subject: { display: 'x' } }), [strict])).toEqual([]);
    expect(faults(observation(), [strict])).toEqual(['required Observation']);
    const subject = { display: 'x' };
    expect(faults(observation({ subject, note: [{ text: 'x' }] }), [strict])).toEqual(['structure Observation']);
    expect(faults(observation({ subject, identifier: [{ value: '1' }, { value: '2' }] }), [strict])).toEqual([
      'structure Observation',
    ]);
  });

  test('fixes values, and parts of them', () => {
    const fixed = profile('fixed', 'Observation', [
      element('Observation.status', { fixedCode: 'final' }),
      element('Observation.code', { patternCodeableConcept: { coding: [{ system: 'http://s', code: 'a' }] } }),
    ]);
    const good: JsonObject = { coding: [{ code: 'z' }, { system: 'http://s', code: 'a', display: 'A' }] };
    expect(faults(observation({ code: good }), [fixed])).toEqual([]);
    expect(faults(observation({ code: good, status: 'amended' }), [fixed])).toEqual(['value Observation.status']);
    expect(faults(observation(coded('b')), [fixed])).toEqual(['value Observation.code']);
  });

  test('binds codes, bounds values and lengths, and narrows choices', () => {
    const narrow = profile('narrow', 'Observation', [
      element('Observation.code', { binding: { strength: 'required', valueSet: `${BASE}vs` } }),
      element('Observation.value[x]', {
        type: [{ code: 'integer' }, { code: 'string' }],
        minValueInteger: 1,
        maxValueInteger: 5,
        maxLength: 3,
      }),
    ]);
    expect(faults(observation({ ...coded('a'), valueInteger: 5 }), [narrow])).toEqual([]);
    expect(faults(observation({ ...coded('c'), valueInteger: 6 }), [narrow])).toEqual([
      'code-invalid Observation.code',
      'value Observation.value.ofType(integer)',
    ]);
    expect(faults(observation({ ...coded('a'), valueString: 'long' }), [narrow])).toEqual([
      'too-long Observation.value.ofType(string)',
    ]);
    expect(faults(observation({ ...coded('a'), valueBoolean: true }), [narrow])).toEqual([
      'structure Observation.value.ofType(boolean)',
    ]);
  });

  test('is also what it is derived from', () => {
    const base = profile('base', 'Observation', [element('Observation.subject', { min: 1 })]);
    const derived = profile('derived', 'Observation', [element('Observation.encounter', { min: 1 })], `${BASE}base`);
    expect(faults(observation(), [derived, base])).toEqual(['required Observation', 'required Observation']);
  });

  test('may be had whole, as a snapshot, where its base is not held', () => {
    const { differential, ...rest } = profile('whole', 'Observation', [], 'http://elsewhere/base');
    const snapshot = {
      element: [
        element('Observation'),
        element('Observation.subject', { min: 1, max: '1', base: { path: 'Observation.subject', min: 0, max: '1' } }),
      ],
    };
    expect(differential).toBeDefined();
    expect(faults(observation(), [{ ...rest, snapshot }])).toEqual(['required Observation']);
  });

  test('says which elements a system must support, derived and in slices too', () => {
    const base = profile('base', 'Observation', [element('Observation.status', { mustSupport: true })]);
    const derived = profile(
      'derived',
      'Observation',
      [
        element('Observation.component', {
          slicing: { discriminator: [{ type: 'value', path: 'code' }], rules: 'open' },
        }),
        element('Observation.component:A', { min: 0 }),
        element('Observation.component:A.value[x]', { mustSupport: true }),
      ],
      `${BASE}base`,
    );
    expect(definitions(base, derived).profiles.get(`${BASE}derived`)?.mustSupport).toEqual([
      'Observation.status',
      'Observation.component:A.value[x]',
    ]);
    expect(faults(observation(), [derived, base])).toEqual([]);
  });

  test('that is not held is an error where it is asked for, and a warning where it is claimed', () => {
    expect(validateResource(observation(), { profiles: [`${BASE}none`] })).toMatchObject([
      { severity: 'warning' },
      { severity: 'error', code: 'not-found' },
    ]);
    const claimed = validateResource(observation({ meta: { profile: [`${BASE}none`] } }));
    expect(claimed.find(({ code }) => code === 'not-found')).toMatchObject({
      severity: 'warning',
      details: expect.stringContaining(`${BASE}none`),
    });
  });

  test('may be required of a type, and a resource of another type is none of its business', () => {
    const required = { Observation: [`${BASE}strict`] };
    const options = {
      definitions: definitions(profile('strict', 'Observation', [element('Observation.subject', { min: 1 })])),
      required,
    };
    expect(validateResource(observation(), options).some(({ code }) => code === 'required')).toBe(true);
    expect(validateResource({ resourceType: 'Patient' }, options).some(({ severity }) => severity === 'error')).toBe(
      false,
    );
  });
});

describe('slices', () => {
  const component = (code: string, rest: JsonObject = {}): JsonObject => ({
    ...coded(code),
    valueString: 'x',
    ...rest,
  });
  const sliced = (rules: 'open' | 'closed', type: 'value' | 'pattern', ordered = false) =>
    profile('sliced', 'Observation', [
      element('Observation.component', { slicing: { discriminator: [{ type, path: 'code' }], rules, ordered } }),
      element('Observation.component:A', { min: 1, max: '1' }),
      element('Observation.component:A.code', {
        patternCodeableConcept: { coding: [{ system: 'http://s', code: 'a' }] },
      }),
      element('Observation.component:A.value[x]', { min: 1, type: [{ code: 'string' }] }),
      element('Observation.component:B', { min: 0, max: '1' }),
      element('Observation.component:B.code', {
        patternCodeableConcept: { coding: [{ system: 'http://s', code: 'b' }] },
      }),
    ]);
  const of = (profiled: Profile, ...list: JsonObject[]) =>
    faults(observation(list.length ? { component: list } : {}), [profiled]);

  test('are told by a pattern, counted, and checked inside', () => {
    const open = sliced('open', 'pattern');
    expect(of(open, component('a'), component('z'), component('b'))).toEqual([]);
    expect(of(open)).toEqual(['required Observation']);
    expect(of(open, component('b'))).toEqual(['required Observation']);
    expect(of(open, component('a'), component('a'))).toEqual(['structure Observation']);
    expect(of(open, { ...coded('a'), valueInteger: 1 })).toEqual([
      'structure Observation.component[0].value.ofType(integer)',
    ]);
  });

  test('may leave open what another slice is told by', () => {
    const pattern = (code: string) => ({ patternCodeableConcept: { coding: [{ system: 'http://s', code }] } });
    const two = profile('two', 'Observation', [
      element('Observation.referenceRange', {
        slicing: {
          discriminator: [
            { type: 'pattern', path: 'type' },
            { type: 'pattern', path: 'appliesTo' },
          ],
          rules: 'open',
        },
      }),
      element('Observation.referenceRange:A', { min: 1, max: '1' }),
      element('Observation.referenceRange:A.type', pattern('a')),
      element('Observation.referenceRange:A.appliesTo', { min: 1, ...pattern('x') }),
      element('Observation.referenceRange:B', { min: 1, max: '1' }),
      element('Observation.referenceRange:B.type', pattern('b')),
    ]);
    const range = (code: string, more: JsonObject = {}): JsonObject => ({
      low: { value: 1 },
      type: { coding: [{ system: 'http://s', code }] },
      ...more,
    });
    const a = range('a', { appliesTo: [{ coding: [{ system: 'http://s', code: 'x' }] }] });
    expect(faults(observation({ referenceRange: [a, range('b')] }), [two])).toEqual([]);
    expect(faults(observation({ referenceRange: [a] }), [two])).toEqual(['required Observation']);
    expect(faults(observation({ referenceRange: [range('a'), range('b')] }), [two])).toEqual(['required Observation']);
  });

  test('may be closed, and ordered', () => {
    expect(of(sliced('closed', 'value'), component('a'), component('z'))).toEqual([
      'structure Observation.component[1]',
    ]);
    expect(of(sliced('open', 'value', true), component('b'), component('a'))).toEqual([
      'structure Observation.component[1]',
    ]);
  });

  test('are told by type, by what is there, and by extension url', () => {
    const byType = profile('types', 'Observation', [
      element('Observation.value[x]', {
        slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'closed' },
      }),
      element('Observation.value[x]:valueQuantity', { min: 1, type: [{ code: 'Quantity' }] }),
      element('Observation.value[x]:valueQuantity.unit', { min: 1 }),
    ]);
    expect(faults(observation({ valueQuantity: { value: 1, unit: 'x' } }), [byType])).toEqual([]);
    expect(faults(observation({ valueQuantity: { value: 1 } }), [byType])).toEqual([
      'required Observation.value.ofType(Quantity)',
    ]);
    expect(faults(observation({ valueString: 'x' }), [byType])).toEqual([
      'required Observation',
      'structure Observation.value.ofType(string)',
    ]);
    const byExistence = profile('exists', 'Observation', [
      element('Observation.component', {
        slicing: { discriminator: [{ type: 'exists', path: 'interpretation' }], rules: 'open' },
      }),
      element('Observation.component:said', { max: '1' }),
      element('Observation.component:said.interpretation', { min: 1 }),
    ]);
    const said = component('a', { interpretation: [{ text: 'x' }] });
    expect(faults(observation({ component: [said, component('b'), component('c')] }), [byExistence])).toEqual([]);
    expect(faults(observation({ component: [said, said] }), [byExistence])).toEqual(['structure Observation']);
  });

  test('are told by the profile of what a reference leads to in a Bundle', () => {
    const lab = profile('lab', 'Observation', [element('Observation.category', { min: 1 })]);
    const listed = profile('listed', 'Composition', [
      element('Composition.section.entry', {
        slicing: { discriminator: [{ type: 'profile', path: 'resolve()' }], rules: 'open' },
      }),
      element('Composition.section.entry:lab', {
        min: 1,
        type: [{ code: 'Reference', targetProfile: [`${BASE}lab`] }],
      }),
    ]);
    const bundle = (observed: JsonObject): JsonObject => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          fullUrl: 'http://h/Composition/1',
          resource: {
            resourceType: 'Composition',
            id: '1',
            meta: { profile: [`${BASE}listed`] },
            status: 'final',
            type: { text: 't' },
            date: '2024',
            author: [{ display: 'a' }],
            title: 't',
            section: [{ entry: [{ reference: 'Observation/2' }] }],
          },
        },
        { fullUrl: 'http://h/Observation/2', resource: observed },
      ],
    });
    const found = (resource: JsonObject) =>
      validateResource(resource, { definitions: definitions(listed, lab) })
        .filter(({ severity }) => severity === 'error')
        .map(({ expression }) => expression?.[0]);
    expect(found(bundle(observation({ id: '2', category: [{ text: 'lab' }] })))).toEqual([]);
    expect(found(bundle(observation({ id: '2' })))).toEqual(['Bundle.entry[0].resource.section[0]']);
  });
});

describe('an extension', () => {
  const extension: Profile = {
    ...profile('ext', 'Extension', [
      element('Extension.url', { fixedUri: `${BASE}ext` }),
      element('Extension.value[x]', { min: 1, type: [{ code: 'code' }] }),
    ]),
    kind: 'complex-type',
    context: [
      { type: 'element', expression: 'Patient.contact' },
      { type: 'element', expression: 'HumanName.family' },
    ],
  };
  const at = (resource: JsonObject) =>
    faults({ resourceType: 'Patient', ...resource }, [extension, profile('none', 'Patient', [])], ['none']);
  const used = [{ url: `${BASE}ext`, valueCode: 'a' }];

  test('stands where its definition says', () => {
    expect(at({ contact: [{ extension: used, name: { text: 'x' } }] })).toEqual([]);
    expect(at({ name: [{ family: 'x', _family: { extension: used } }] })).toEqual([]);
    expect(at({ extension: used })).toEqual(['structure Patient.extension[0]']);
  });

  test('has the value that its definition says', () => {
    const wrong = [{ url: `${BASE}ext`, valueString: 'a' }];
    expect(at({ contact: [{ extension: wrong, name: { text: 'x' } }] })).toEqual([
      'structure Patient.contact[0].extension[0].value.ofType(string)',
    ]);
    expect(at({ extension: [{ url: 'relative', valueCode: 'a' }] })).toEqual(['value Patient.extension[0].url']);
  });

  test('that is not held gives a warning that names it', () => {
    const issues = validateResource({
      resourceType: 'Patient',
      extension: [{ url: 'http://unknown/ext', valueCode: 'a' }],
    });
    expect(issues.filter(({ code }) => code === 'not-found')).toEqual([
      expect.objectContaining({ severity: 'warning', details: expect.stringContaining('http://unknown/ext') }),
    ]);
  });
});
