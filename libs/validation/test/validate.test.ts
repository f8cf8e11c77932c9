import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { resourceTypes } from '#libs/fhir-definitions';
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { MOST_FAULTS, validate } from '#libs/validation';
import { observation, patient } from './resources.js';

/** `code expression` of each issue. */
function faults(value: JsonObject): string[] {
  return validate(value.resourceType as string, value).map(({ code, expression }) => `${code} ${expression?.[0]}`);
}

function diagnostics(value: JsonObject): (string | undefined)[] {
  return validate(value.resourceType as string, value).map((issue) => issue.diagnostics);
}

describe('the type of a resource', () => {
  test('is the one asked for', () => {
    expect(validate('Patient', { resourceType: 'Observation' })).toEqual([
      {
        severity: 'error',
        code: 'structure',
        expression: ['Patient'],
        diagnostics: 'expected a resource of type Patient, found resourceType "Observation"',
      },
    ]);
    expect(validate('Patient', {})).toMatchObject([{ code: 'required', expression: ['Patient'] }]);
  });

  test.each([null, 1, 'x', true, [], [{ resourceType: 'Patient' }]])('is not that of %j', (value: JsonValue) => {
    expect(validate('Patient', value)).toMatchObject([{ code: 'structure', expression: ['Patient'] }]);
  });

  test('is one of FHIR R4', () => {
    for (const type of ['Foo', 'HumanName', 'DomainResource', 'toString', '__proto__']) {
      expect(validate(type, { resourceType: type })).toMatchObject([{ code: 'structure' }]);
    }
    for (const type of resourceTypes()) expect(validate(type, { resourceType: type, foo: 1 })).not.toEqual([]);
  });
});

describe('primitives', () => {
  test('may have an id and extensions in a sibling, with or without a value', () => {
    const extension = [{ url: 'http://a', valueCode: 'unknown' }];
    expect(faults(patient({ birthDate: '2024', _birthDate: { id: 'b', extension } }))).toEqual([]);
    expect(faults(patient({ _birthDate: { extension } }))).toEqual([]);
    expect(faults({ ...observation({}), status: undefined as never, _status: { extension } })).toEqual([]);
    expect(faults(patient({ _birthDate: {} }))).toEqual(['structure Patient.birthDate']);
    expect(faults(patient({ _birthDate: { value: 1 } }))).toEqual(['structure Patient.birthDate']);
    expect(faults(patient({ _birthDate: [{ extension }] }))).toEqual(['structure Patient.birthDate']);
    expect(faults(patient({ _name: { extension } }))).toEqual(['structure Patient']);
  });

  test('that repeat are padded with null on either side, not on both', () => {
    const extension = [{ url: 'http://a', valueCode: 'unknown' }];
    const given = (name: JsonObject) => faults(patient({ name: [name] }));
    expect(given({ given: [null, 'x'], _given: [{ extension }, null] })).toEqual([]);
    expect(given({ _given: [{ extension }] })).toEqual([]);
    expect(given({ given: ['x', 'y'], _given: [null, { extension }] })).toEqual([]);
    expect(given({ given: [null, 'x'] })).toEqual(['structure Patient.name[0].given[0]']);
    expect(given({ given: [null, 'x'], _given: [null, { extension }] })).toEqual([
      'structure Patient.name[0].given[0]',
    ]);
    expect(given({ _given: [null] })).toEqual(['structure Patient.name[0].given[0]']);
    expect(given({ given: ['x'], _given: { extension } })).toEqual(['structure Patient.name[0].given']);
  });

  test('are told apart by what is wrong with them', () => {
    expect(diagnostics(patient({ birthDate: '2023-02-29' }))).toEqual([
      '"2023-02-29" is not a date that exists, written YYYY, YYYY-MM or YYYY-MM-DD',
    ]);
    expect(diagnostics(patient({ birthDate: 2023 }))).toEqual(['expected one date (JSON string), found a number']);
    expect(diagnostics(patient({ active: 'true' }))).toEqual(['expected one boolean (JSON boolean), found a string']);
    expect(diagnostics(patient({ birthDate: null }))).toEqual(['expected one date (JSON string), found null']);
    const long = patient({ name: [{ text: 'x'.repeat(10_000_000) }] });
    expect(faults(long)).toEqual(['too-long Patient.name[0].text']);
    expect(diagnostics(long)[0]!.length).toBeLessThan(200);
  });
});

describe('required codes', () => {
  test('bind a code', () => {
    expect(diagnostics(patient({ gender: 'xx' }))).toEqual([
      '"xx" is not in the required value set http://hl7.org/fhir/ValueSet/administrative-gender: expected one of male, female, other, unknown',
    ]);
  });

  test('bind at least one coding of a CodeableConcept', () => {
    const system = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
    const condition = (clinicalStatus: JsonValue) =>
      faults({ resourceType: 'Condition', subject: { reference: 'Patient/1' }, clinicalStatus });
    const fault = ['code-invalid Condition.clinicalStatus'];
    expect(condition({ coding: [{ system, code: 'active' }] })).toEqual([]);
    expect(
      condition({
        coding: [
          { system: 'http://other', code: '1' },
          { system, code: 'active' },
        ],
      }),
    ).toEqual([]);
    expect(condition({ coding: [{ system, code: 'none' }] })).toEqual(fault);
    expect(condition({ coding: [{ system: 'http://other', code: 'active' }] })).toEqual(fault);
    expect(condition({ coding: [{ code: 'active' }] })).toEqual(fault);
    expect(condition({ text: 'active' })).toEqual(fault);
    expect(condition({ extension: [{ url: 'http://a', valueCode: 'unknown' }] })).toEqual([]);
    expect(condition({ coding: [{ system, code: ' ' }] })).toEqual(['value Condition.clinicalStatus.coding[0].code']);
  });
});

describe('choices', () => {
  test('have one type', () => {
    expect(faults(observation({ valueString: 'x' }))).toEqual([]);
    expect(faults(observation({ valueString: 'x', _valueString: { id: 'a' } }))).toEqual([]);
    expect(faults(observation({ valueString: 'x', valueInteger: 1 }))).toEqual(['structure Observation']);
    expect(faults(observation({ valueString: 'x', valueInteger: 1, valueBoolean: true }))).toEqual([
      'structure Observation',
    ]);
    expect(diagnostics(observation({ valueString: 'x', _valueInteger: { id: 'a' } }))).toEqual([
      'value[x] has one type only, found valueString and valueInteger',
    ]);
    expect(faults(observation({ valueDecimal: 1 }))).toEqual(['structure Observation']);
  });

  test('are named in an expression as FHIRPath names them', () => {
    expect(faults(observation({ valueQuantity: { value: 'x' } }))).toEqual([
      'structure Observation.value.ofType(Quantity).value',
    ]);
  });
});

describe('extensions', () => {
  const extended = (extension: JsonValue) => faults(patient({ extension: [extension] }));

  test('have a url, and either a value or extensions', () => {
    const inner = [{ url: 'a', valueCode: 'b' }];
    expect(extended({ url: 'http://a', valueCode: 'b' })).toEqual([]);
    expect(extended({ url: 'http://a', extension: inner })).toEqual([]);
    expect(extended({ valueCode: 'b' })).toEqual(['required Patient.extension[0]']);
    expect(extended({ url: 'http://a' })).toEqual(['invariant Patient.extension[0]']);
    expect(extended({ url: 'http://a', valueCode: 'b', extension: inner })).toEqual(['invariant Patient.extension[0]']);
    expect(extended({ url: 'http://a', extension: [{ url: 'a' }] })).toEqual([
      'invariant Patient.extension[0].extension[0]',
    ]);
  });
});

describe('resources inside resources', () => {
  test('are checked by their own type', () => {
    const entry: JsonObject[] = [
      { resource: { resourceType: 'Patient', gender: 'xx' } },
      { resource: { resourceType: 'Foo' } },
    ];
    expect(faults({ resourceType: 'Bundle', type: 'collection', entry })).toEqual([
      'code-invalid Bundle.entry[0].resource.gender',
      'structure Bundle.entry[1].resource',
    ]);
    const part = [{ name: 'b', resource: { resourceType: 'Patient', active: 1 } }];
    expect(faults({ resourceType: 'Parameters', parameter: [{ name: 'a', part }] })).toEqual([
      'structure Parameters.parameter[0].part[0].resource.active',
    ]);
    expect(faults(observation({ contained: [{ id: 'x' }] }))).toEqual(['required Observation.contained[0]']);
  });

  test('do not contain resources when they are contained', () => {
    const inner = { resourceType: 'Patient', id: 'b' };
    expect(faults(observation({ contained: [{ ...inner, contained: [inner] }] }))).toEqual([
      'structure Observation.contained[0]',
    ]);
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: patient({ contained: [inner] }) }],
    };
    expect(faults(bundle)).toEqual([]);
  });

  test('are not every object with a resourceType: an instance of an ExampleScenario has an element of that name', () => {
    const scenario = (instance: JsonObject) =>
      faults({ resourceType: 'ExampleScenario', status: 'draft', instance: [instance] });
    expect(scenario({ resourceId: 'a', resourceType: 'Patient', name: 'n' })).toEqual([]);
    expect(scenario({ resourceId: 'a', resourceType: 'Patient', name: 1 })).toEqual([
      'structure ExampleScenario.instance[0].name',
    ]);
  });
});

describe('elements that are defined by another element', () => {
  test('are checked at any depth', () => {
    const item = (inner: JsonObject[]): JsonObject => ({ linkId: 'a', type: 'group', item: inner });
    const questionnaire = { resourceType: 'Questionnaire', status: 'draft', item: [item([item([{ type: 'x' }])])] };
    expect(faults(questionnaire)).toEqual([
      'required Questionnaire.item[0].item[0].item[0]',
      'code-invalid Questionnaire.item[0].item[0].item[0].type',
    ]);
  });

  test('have no comparator in a SimpleQuantity', () => {
    const dosage = { doseAndRate: [{ doseQuantity: { value: 1, comparator: '<' } }] };
    expect(
      faults({
        resourceType: 'MedicationStatement',
        status: 'active',
        medicationReference: { display: 'x' },
        subject: { display: 'y' },
        dosage: [dosage],
      }),
    ).toEqual(['structure MedicationStatement.dosage[0].doseAndRate[0].dose.ofType(Quantity)']);
  });
});

describe('a hostile document', () => {
  const timed = (value: JsonObject) => {
    const start = process.cpuUsage();
    const issues = validate(value.resourceType as string, value);
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
    return issues;
  };

  test('costs no more than its first hundred faults', () => {
    const entry = Array.from({ length: 1_000_000 }, () => 0);
    const issues = timed({ resourceType: 'Bundle', type: 'collection', entry });
    expect(issues).toHaveLength(MOST_FAULTS + 1);
    expect(issues.at(-1)).toEqual({
      severity: 'information',
      code: 'informational',
      diagnostics: 'Only the first 100 faults are listed',
    });
    const unknown = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`x${index}`, 1]));
    expect(timed(patient(unknown))).toHaveLength(MOST_FAULTS + 1);
  });

  test('is checked in linear time when it is valid', () => {
    const name = Array.from({ length: 200_000 }, () => ({ given: ['a', 'b'] }));
    expect(timed(patient({ name }))).toEqual([]);
  });

  test('is refused when it is nested too deeply for the stack', () => {
    let extension: JsonObject[] = [{ url: 'a', valueCode: 'b' }];
    for (let depth = 0; depth < 100_000; depth++) extension = [{ url: 'a', extension }];
    expect(timed(patient({ extension })).at(-1)).toMatchObject({ severity: 'error', code: 'too-costly' });
  });

  test('never makes the validator throw, nor say too much', () => {
    const member = fc.constantFrom(
      'name',
      '_birthDate',
      'contained',
      'extension',
      'valueQuantity',
      'code',
      'component',
      'x',
    );
    const anything = fc.dictionary(member, fc.jsonValue(), { maxKeys: 5 });
    fc.assert(
      fc.property(fc.constantFrom('Patient', 'Observation', 'Bundle'), anything, (resourceType, members) => {
        const issues = validate(resourceType, { ...members, resourceType } as JsonObject);
        expect(issues.length).toBeLessThanOrEqual(MOST_FAULTS + 1);
        for (const issue of issues) expect(issue.diagnostics!.length).toBeLessThan(500);
      }),
    );
  });

  test('is not echoed', () => {
    const secret = 'x'.repeat(1000);
    const value = patient({ [secret]: 1, gender: secret, name: { family: secret } as never, birthDate: [secret] });
    for (const issue of timed(value)) expect(JSON.stringify(issue).length).toBeLessThan(400);
    expect(timed(value)).toHaveLength(4);
  });
});
