// FHIRPath N1, and the constraints of FHIR R4 that are written in it.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import {
  type Environment,
  invariant,
  NeedsTimeLimit,
  OutOfSteps,
  resourceNode,
  syntaxFault,
  withTimeLimit,
} from '#libs/fhir-path';

const folder = new URL('../../../node_modules/hl7.fhir.r4.examples/', import.meta.url);

interface Definition {
  type: string;
  kind: string;
  snapshot: { element: { path: string; constraint?: { key: string; expression?: string }[] }[] };
}

function read(file: string) {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}

function environment(resource: object, steps = 1e7): Environment {
  const node = resourceNode(resource);
  return { resource: node, rootResource: node, context: node, index: 0, total: [], memo: new Map(), steps };
}

function holds(expression: string, resource: object, steps?: number): boolean {
  return invariant(expression, 'Patient')(resourceNode(resource), environment(resource, steps));
}

const TYPES = [
  'Patient',
  'Observation',
  'Bundle',
  'Questionnaire',
  'Condition',
  'CarePlan',
  'MedicationRequest',
  'Encounter',
];

/** What fhirpath.js cannot evaluate alone: resolve(), HTML, and what refers to the container. */
const NOT_COMPARED = /resolve\(|htmlChecks|rootResource|trace\(|^contained\.where/;

/** Constraints on the resource itself, with the examples of its type. */
const compared = TYPES.map((type) => {
  const definition: Definition = read(`StructureDefinition-${type}.json`);
  const expressions = (definition.snapshot.element[0]!.constraint ?? []).flatMap(({ expression }) => expression ?? []);
  const files = readdirSync(folder).filter((name) => name.startsWith(`${type}-`) && name.endsWith('.json'));
  const resources = files
    .map(read)
    .filter((resource) => resource.resourceType === type && JSON.stringify(resource).length < 30_000);
  return {
    type,
    expressions: expressions.filter((expression) => !NOT_COMPARED.test(expression)),
    resources: resources.slice(0, 40),
  };
});

describe('the constraints of FHIR R4', () => {
  test.each(compared)('of $type are answered as fhirpath.js answers them', ({ type, expressions, resources }) => {
    expect(resources.length).toBeGreaterThan(5);
    for (const expression of expressions) {
      const evaluate = fhirpath.compile(expression, r4);
      const own = invariant(expression, type);
      for (const resource of resources) {
        const [theirs] = evaluate(resource, { resource }) as unknown[];
        expect([expression, own(resourceNode(resource), environment(resource))]).toEqual([
          expression,
          theirs !== false,
        ]);
      }
    }
  });
});

describe('an expression', () => {
  const patient = {
    resourceType: 'Patient',
    active: true,
    birthDate: '2000-02-03',
    _birthDate: { extension: [{ url: 'http://a', valueString: 'x' }] },
    name: [
      { given: ['Ann', 'B'], family: 'C', use: 'official' },
      { given: ['D'], use: 'usual' },
    ],
    multipleBirthInteger: 2,
  };

  test.each([
    "name.where(use = 'official').given.count() = 2",
    'name.given.isDistinct() and name.given.count() = 3',
    "name.select(given.first()) = ('Ann' | 'D')",
    "name[1].given.single() = 'D'",
    "name.given.tail().first() = 'B' and name.given.last() = 'D'",
    "name.given.skip(1).take(1) = 'B'",
    "name.exists(family = 'C') and name.all(given.exists()) and name.all(family.exists()).not()",
    "birthDate.extension('http://a').value = 'x'",
    'birthDate.extension.exists() and birthDate.hasValue()',
    'birthDate < @2001 and birthDate >= @2000-02-03 and birthDate.toString().length() = 10',
    'multipleBirth is integer and (multipleBirth as integer) + 1 = 3 and multipleBirth.ofType(boolean).empty()',
    '(2 + 3 * 4) div 5 = 2 and 7 mod 4 = 3 and -1 < 1',
    "'a' in ('a' | 'b') and ('a' | 'b') contains 'b' and ('c' in ('a' | 'b')).not()",
    "('abc'.substring(1, 1) & 'x') = 'bx' and 'a,b'.split(',').count() = 2 and ('a' | 'b').join('-') = 'a-b'",
    "'Abc'.lower() = 'abc' and 'abc'.startsWith('ab') and 'abc'.contains('bc') and 'abc'.matches('^a.c$')",
    "'1'.toInteger() = 1 and '1.5'.convertsToDecimal() and 'x'.convertsToInteger().not()",
    'iif(active, 1, 2) = 1 and (active xor false) and (active implies true)',
    '({} implies true) and (false implies {}) and ({} or true)',
    '%resource.active and Patient.active and $this.active and %context.active',
    "%ucum = 'http://unitsofmeasure.org'",
    'descendants().where($this is HumanName).count() = 2',
    "children().ofType(HumanName).given.exclude('Ann').count() = 2",
    "name.repeat(given).count() = 3 and name.given.aggregate($total & $this, '') = 'AnnBD'",
    'name.select($index) = (0 | 1)',
    "name.given.intersect('B' | 'Z') = 'B' and name.given.subsetOf('Ann' | 'B' | 'D' | 'E')",
  ])('%s is true', (expression) => {
    expect(holds(expression, patient)).toBe(true);
    expect(holds(`(${expression}).not()`, patient)).toBe(false);
  });

  test('that compares dates of unequal precision says nothing', () => {
    expect(holds('birthDate < @2000', patient)).toBe(true);
    expect(holds('birthDate > @2000', patient)).toBe(true);
  });

  test('with a quantity is left to fhirpath.js', () => {
    const observation = {
      resourceType: 'Observation',
      valueQuantity: { value: 5, unit: 'mg', code: 'mg', system: 'http://unitsofmeasure.org' },
    };
    expect(holds("Observation.value > 4 'mg'", observation)).toBe(true);
    expect(holds("Observation.value > 6 'mg'", observation)).toBe(false);
  });

  test('that is none is said to be', () => {
    expect(syntaxFault('a.b(c, d) and $this')).toBeUndefined();
    expect(syntaxFault('$ and a')).toBe('no token starts at character 1');
    expect(syntaxFault("a in {'b'}")).toMatch(/expected }/);
    expect(syntaxFault('a and')).toBe('the end cannot stand there');
    expect(syntaxFault('('.repeat(1000))).toBe('nested too deeply');
  });

  test('has so many steps', () => {
    const many = { resourceType: 'Patient', name: Array.from({ length: 1000 }, (_, index) => ({ text: `${index}` })) };
    const square = 'name.all(%context.name.where(text = $this).empty())';
    expect(() => holds(square, many, 100_000)).toThrow(OutOfSteps);
  });

  test('with a regular expression that may run away is run under a time limit', () => {
    const runaway = { resourceType: 'Patient', name: [{ text: `${'a'.repeat(40)}!` }] };
    const expression = "name.text.matches('^(a+)+$')";
    expect(() => holds(expression, runaway)).toThrow(NeedsTimeLimit);
    expect(() => withTimeLimit(100, () => holds(expression, runaway))).toThrow(OutOfSteps);
    expect(withTimeLimit(100, () => holds(expression, { resourceType: 'Patient', name: [{ text: 'aaa' }] }))).toBe(
      true,
    );
  });
});
