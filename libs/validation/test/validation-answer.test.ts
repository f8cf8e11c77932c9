// FHIR R4, section 2.27 "Validating Resources": what is checked beside structure.
import { describe, expect, test } from '@jest/globals';
import { type JsonObject, parse } from '#libs/fhir-json';
import { type ValidationOptions, validate, validateResource } from '#libs/validation';

const NARRATIVE = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">text</div>' };

/** `severity code expression` of each issue. */
function found(resource: JsonObject, options?: ValidationOptions): string[] {
  return validateResource({ text: NARRATIVE, ...resource }, options).map(
    ({ severity, code, expression }) => `${severity} ${code} ${expression?.[0]}`,
  );
}

const patient = (members: JsonObject): JsonObject => ({ resourceType: 'Patient', ...members });
describe('an answer', () => {
  test('says line and column in the text as sent', () => {
    const source = Buffer.from(
      '{\n  "resourceType": "Patient",\n  "name": [\n    { "family": "ä", "gender": 1 },\n    {\t"period": {"start": "x"} }\n  ]\n}',
    );
    const issues = validateResource(parse(source).value, { source });
    expect(issues.map(({ expression, line, column }) => [expression?.[0], line, column])).toEqual([
      ['Patient.name[0]', 4, 5],
      ['Patient.name[1].period.start', 5, 27],
      ['Patient', 1, 1],
    ]);
  });

  test('says no more than errors where no more is asked for, and in the same words', () => {
    const resource = patient({ gender: 'xx', extension: [{ url: 'http://x.test/e', valueCode: 'a' }] });
    const all = validateResource(resource);
    expect(new Set(all.map(({ severity }) => severity))).toEqual(new Set(['error', 'warning']));
    const errors = validateResource(resource, { errorsOnly: true });
    expect(errors).toEqual(all.filter(({ severity }) => severity === 'error'));
    const strict = validateResource(resource, { errorsOnly: true, strict: true });
    expect(strict).toEqual(all.map((issue) => ({ ...issue, severity: 'error' })));
  });

  test('says line and column of a resource inside a text, and of the parts of it', () => {
    const source =
      '{"resourceType":"Parameters","parameter":[\n {"name":"resource",\n  "resource": {"gender": "xx"}}]}';
    const options = { source, sourceAt: '/parameter/0/resource' };
    const [issue] = validateResource(patient({ gender: 'xx' }), options);
    expect([issue?.expression, issue?.line, issue?.column]).toEqual([['Patient.gender'], 3, 26]);
  });

  test('quotes no more of a patient than the value at fault', () => {
    const resource = patient({
      name: [{ family: 'Secret', given: ['Hidden'] }],
      birthDate: '2020-13-01',
      gender: 'xx',
    });
    expect(JSON.stringify(validateResource(resource))).not.toMatch(/Secret|Hidden/);
    const long = patient({ gender: 'x'.repeat(10_000) });
    expect(JSON.stringify(validateResource(long)).length).toBeLessThan(1000);
  });

  test('is the same each time', () => {
    const resource = patient({ gender: 'xx', birthDate: 'x', unknown: 1, contact: [{}], maritalStatus: { text: '' } });
    expect(validateResource(resource)).toEqual(validateResource(structuredClone(resource)));
  });

  test('is as the extent asked for', () => {
    const resource = patient({
      maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' }] },
    });
    expect(validateResource(resource, { extent: 'bindings' })).toHaveLength(1);
    expect(validateResource(resource, { extent: 'rules' })).toHaveLength(1);
    expect(validateResource(resource)).toHaveLength(2);
  });

  test('is none about what is to be deleted, and wants an id of what is to be updated', () => {
    expect(validateResource({ resourceType: 'Nothing' }, { mode: 'delete' })).toEqual([]);
    expect(found(patient({}), { mode: 'update' })).toEqual(['error required Patient']);
    expect(found(patient({ id: 'a' }), { mode: 'update' })).toEqual([]);
  });

  test('has every fault of structure too', () => {
    const resource = patient({ gender: 'xx', birthDate: 'x', unknown: 1 });
    const structural = validate('Patient', resource).map(({ diagnostics }) => diagnostics);
    const inDepth = validateResource(resource).filter(({ severity }) => severity === 'error');
    expect(inDepth.map(({ details }) => details)).toEqual(structural);
  });
});
