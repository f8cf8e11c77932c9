// FHIR R4, conformance resources: https://hl7.org/fhir/R4/conformance-module.html
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '#libs/fhir-json';
import { syntaxExpression, validateResource } from '#libs/validation';

const NARRATIVE = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">text</div>' };
const FHIR = 'http://hl7.org/fhir';

/** `code expression` of each error. */
function errors(resource: JsonObject): string[] {
  return validateResource({ text: NARRATIVE, ...resource })
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => `${code} ${expression?.[0]}`);
}

const searchParameter = (members: JsonObject): JsonObject => ({
  resourceType: 'SearchParameter',
  url: 'http://x.test/SearchParameter/name',
  name: 'Name',
  status: 'draft',
  description: 'By name',
  code: 'name',
  base: ['Organization'],
  type: 'string',
  expression: 'Organization.name',
  ...members,
});

test('a search parameter that is derived has the type of the other, and no base beside its', () => {
  const derivedFrom = `${FHIR}/SearchParameter/Organization-name`;
  expect(errors(searchParameter({ derivedFrom }))).toEqual([]);
  expect(errors(searchParameter({ derivedFrom, type: 'token' }))).toEqual(['business-rule SearchParameter']);
  expect(errors(searchParameter({ derivedFrom, base: ['Patient'] }))).toEqual(['business-rule SearchParameter']);
  expect(errors(searchParameter({ derivedFrom: 'http://x.test/other', type: 'token' }))).toEqual([]);
});

test('a server says of a search parameter the type that is defined', () => {
  const statement = (type: string): JsonObject => ({
    resourceType: 'CapabilityStatement',
    status: 'draft',
    date: '2024-01-01',
    kind: 'requirements',
    fhirVersion: '4.0.1',
    format: ['json'],
    rest: [
      {
        mode: 'server',
        resource: [
          {
            type: 'Patient',
            searchParam: [{ name: 'name', definition: `${FHIR}/SearchParameter/Patient-name`, type }],
          },
        ],
      },
    ],
  });
  const { kind: _, ...capable } = { ...statement('string'), kind: 'requirements', description: 'x' };
  expect(errors({ ...capable, kind: 'requirements' })).toEqual([]);
  expect(errors({ ...statement('token'), description: 'x' })).toEqual([
    'invalid CapabilityStatement.rest[0].resource[0].searchParam[0]',
  ]);
});

test('what is known by a URL has an absolute one; a supplement says that it is one', () => {
  const codeSystem = { resourceType: 'CodeSystem', status: 'draft', name: 'A', content: 'complete' };
  expect(errors({ ...codeSystem, url: 'http://x.test/a' })).toEqual([]);
  expect(errors({ ...codeSystem, url: 'a' })).toEqual(['invalid CodeSystem.url']);
  const supplement = { ...codeSystem, url: 'http://x.test/a', supplements: 'http://loinc.org' };
  expect(errors(supplement)).toEqual(['business-rule CodeSystem.content']);
  expect(errors({ ...supplement, content: 'supplement' })).toEqual([]);
});

describe('a differential', () => {
  const profile = (...paths: string[]): JsonObject => ({
    resourceType: 'StructureDefinition',
    url: 'http://x.test/StructureDefinition/o',
    name: 'O',
    status: 'draft',
    kind: 'resource',
    abstract: false,
    type: 'Observation',
    baseDefinition: `${FHIR}/StructureDefinition/Observation`,
    derivation: 'constraint',
    differential: { element: paths.map((path, index) => ({ id: `${path}-${index}`, path })) },
  });

  test('has elements of its type', () => {
    const good = [
      '',
      '.component.value[x]',
      '.valueQuantity.unit',
      '.code.coding.system',
      '.component.referenceRange.low',
    ];
    expect(errors(profile(...good.map((path) => `Observation${path}`)))).toEqual([]);
    expect(errors(profile('Observation.subject.identifier.assigner', 'Observation.meta.security'))).toEqual([]);
  });

  test.each(['Observation.valueBla', 'Observation.code.text2', 'Observation.component.statuss'])(
    'has no %s',
    (path) => {
      expect(errors(profile('Observation', path))).toEqual(['value StructureDefinition.differential.element[1]']);
    },
  );
});

test('a filter by an expression uses what the value set declares, in FHIRPath', () => {
  const valueSet = (language: string, expression: string): JsonObject => ({
    resourceType: 'ValueSet',
    status: 'draft',
    extension: [
      {
        url: `${FHIR}/tools/StructureDefinition/valueset-parameter`,
        extension: [{ url: 'name', valueCode: 'p-inactive' }],
      },
    ],
    compose: {
      include: [
        {
          system: 'http://x.test/s',
          filter: [
            {
              property: 'inactive',
              op: '=',
              _value: {
                extension: [
                  { url: `${FHIR}/StructureDefinition/cqf-expression`, valueExpression: { language, expression } },
                ],
              },
            },
          ],
        },
      ],
    },
  });
  expect(errors(valueSet('text/fhirpath', '%p-inactive'))).toEqual([]);
  const at = 'invalid ValueSet.compose.include[0].filter[0]';
  expect(errors(valueSet('text/fhirpath', '%p-other'))).toEqual([at]);
  expect(errors(valueSet('text/cql', '%p-inactive'))).toEqual([at]);
});

test('a canonical URL of the standard names a definition of the right type', () => {
  const response = (questionnaire: string) =>
    errors({ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire });
  expect(response('http://x.test/Questionnaire/1')).toEqual([]);
  expect(response(`${FHIR}/Questionnaire/not-held`)).toEqual([]);
  expect(response(`${FHIR}/ValueSet/administrative-gender`)).toEqual(['invalid QuestionnaireResponse.questionnaire']);
});

test('a required code is there: the reason why it is not does not do', () => {
  const because = (url: string) => ({ extension: [{ url, valueCode: 'unknown' }] });
  const patient = (url: string) => errors({ resourceType: 'Patient', _gender: because(url) });
  expect(patient(`${FHIR}/StructureDefinition/data-absent-reason`)).toEqual(['code-invalid Patient.gender']);
  expect(patient('http://x.test/e')).toEqual([]);
});

test('an extension of the standard stands where its definition says', () => {
  const extension = [{ url: `${FHIR}/StructureDefinition/humanname-mothers-family`, valueString: 'x' }];
  expect(errors({ resourceType: 'Patient', name: [{ family: 'x', extension }] })).toEqual([
    'structure Patient.name[0].extension[0]',
  ]);
  expect(errors({ resourceType: 'Patient', name: [{ family: 'x', _family: { extension } }] })).toEqual([]);
});

test.each([
  ['{"resourceType":"Patient","name":[{"family":"a" ', 'Patient.name[0]'],
  ['{"resourceType":"Patient","name":[{"family":"a","given":["b", ', 'Patient.name[0].given[1]'],
  ['{"resourceType":"Patient","name":[{"given":["b" ', 'Patient.name[0].given'],
  ['{"resourceType":"Patient","contact":[{"period":{"start":"2020"},"name":{"text": ', 'Patient.contact[0].name.text'],
  ['{"resourceType":"Patient","active":true ', 'Patient'],
  ['{"resourceType":"Observation","valueQuantity":{"value": ', 'Observation.value.ofType(Quantity).value'],
  ['{"name": ', undefined],
  ['["a", ', undefined],
])('a text that breaks off after %s does so in %s', (text, place) => {
  expect(syntaxExpression(text)).toBe(place);
});
