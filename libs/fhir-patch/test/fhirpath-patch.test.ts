// FHIR R4 fhirpatch.html: FHIRPath Patch.
import { describe, expect, test } from '@jest/globals';
import { applyFhirPathPatch } from '#libs/fhir-patch';
import { document, faultOf, operation, PATIENT, type Part, patched } from './parameters.js';

describe('what no operation touches stays as it was, character for character', () => {
  test.each([
    ['replace', { path: 'Patient.active', value: { valueBoolean: false } }, '"active":true', '"active":false'],
    ['replace', { path: 'Patient.name[0].given[0]', value: 'Z' }, '"A\\u0042"', '"Z"'],
    ['replace', { path: "Patient.name.where(family = 'F').family", value: 'G' }, '"F"', '"G"'],
    ['replace', { path: 'Patient.name.given.last()', value: 'D' }, '"C"],"_given":[null,{"id":"c"}]', '"D"]'],
    [
      'replace',
      { path: 'Patient.deceased', value: { valueDateTime: '2020' } },
      '"deceasedBoolean":false',
      '"deceasedDateTime":"2020"',
    ],
    [
      'replace',
      { path: 'Patient.birthDate.extension.value', value: { valueDecimal: 2 } },
      '"valueDecimal":1.00',
      '"valueDecimal":2',
    ],
    [
      'replace',
      { path: 'Patient.birthDate', value: { valueDate: '1971' } },
      /"birthDate".*?\}\]\}/,
      '"birthDate":"1971"',
    ],
    ['add', { path: 'Patient.name[1]', name: 'given', value: 'N' }, '"family":"F"', '"family":"F","given":["N"]'],
    [
      'add',
      { path: 'Patient.name[0]', name: 'given', value: 'N' },
      '"C"],"_given":[null,{"id":"c"}]',
      '"C","N"],"_given":[null,{"id":"c"},null]',
    ],
    [
      'add',
      {
        path: 'Patient.name[0].given[0]',
        name: 'extension',
        value: { valueExtension: { url: 'u:b', valueCode: 'x' } },
      },
      '"_given":[null,',
      '"_given":[{"extension":[{"url":"u:b","valueCode":"x"}]},',
    ],
    [
      'add',
      { path: 'Patient.name[1].family', name: 'extension', value: { valueExtension: { url: 'u:b', valueCode: 'x' } } },
      '"family":"F"',
      '"family":"F","_family":{"extension":[{"url":"u:b","valueCode":"x"}]}',
    ],
    [
      'insert',
      { path: 'Patient.name', index: 1, value: { valueHumanName: { text: 'T' } } },
      ',{"family":"F"}',
      ',{"text":"T"},{"family":"F"}',
    ],
    [
      'insert',
      { path: 'Patient.name[0].given', index: 0, value: 'N' },
      '["A\\u0042","C"],"_given":[null,',
      '["N","A\\u0042","C"],"_given":[null,null,',
    ],
    [
      'move',
      { path: 'Patient.name[0].given', source: 1, destination: 0 },
      '["A\\u0042","C"],"_given":[null,{"id":"c"}]',
      '["C","A\\u0042"],"_given":[{"id":"c"},null]',
    ],
    [
      'delete',
      { path: 'Patient.name[0].given[1]' },
      '"C"],"_given":[null,{"id":"c"}]',
      '"X"]'.replace('"X"', '').replace(',', ''),
    ],
    ['delete', { path: 'Patient.name[1].family' }, ',{"family":"F"}', ''],
    [
      'delete',
      { path: 'Patient.birthDate.extension' },
      ',"_birthDate":{"extension":[{"url":"u:a","valueDecimal":1.00}]}',
      '',
    ],
    ['delete', { path: 'Patient.birthDate' }, /"birthDate".*?\}\]\},/, ''],
    ['delete', { path: 'Patient.maritalStatus' }, '', ''],
    ['delete', { path: 'Patient.multipleBirth.ofType(integer)' }, ',"multipleBirthInteger":2', ''],
  ] as [string, Record<string, string | number | Part>, string | RegExp, string][])(
    '%s %j',
    (type, parts, before, after) => {
      const expected = PATIENT.replace(before, after).replace('"A\\u0042",]', '"A\\u0042"]');
      expect(patched(PATIENT, operation(type, parts))).toBe(expected);
    },
  );
});

test('a value is put in as the parameters have it, its extensions with it', () => {
  const patch =
    '{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},' +
    '{"name":"path","valueString":"Observation"},{"name":"name","valueString":"value"},' +
    '{"name":"value","valueQuantity":{"value":1.500,"unit":"\\u006dg"}}]},' +
    '{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Observation"},' +
    '{"name":"name","valueString":"issued"},{"name":"value","valueInstant":"2020-01-01T00:00:00Z","_valueInstant":{"id":"i"}}]}]}';
  expect(applyFhirPathPatch(document('{"resourceType":"Observation"}'), document(patch))).toBe(
    '{"resourceType":"Observation","valueQuantity":{"value":1.500,"unit":"\\u006dg"},"issued":"2020-01-01T00:00:00Z","_issued":{"id":"i"}}',
  );
});

test('parts make an element without a named type, lists and elements within it included', () => {
  const contact = {
    part: [
      { name: 'relationship', valueCodeableConcept: { text: 'a' } },
      { name: 'relationship', valueCodeableConcept: { text: 'b' } },
      { name: 'gender', valueCode: 'other' },
    ],
  };
  expect(
    patched('{"resourceType":"Patient"}', operation('add', { path: 'Patient', name: 'contact', value: contact })),
  ).toBe('{"resourceType":"Patient","contact":[{"relationship":[{"text":"a"},{"text":"b"}],"gender":"other"}]}');
});

test('an element within a contained resource can be changed', () => {
  const text = '{"resourceType":"Patient","contained":[{"resourceType":"Observation","valueString":"x"}]}';
  const change = operation('replace', { path: 'Patient.contained[0].value', value: { valueInteger: 3 } });
  expect(patched(text, change)).toBe(text.replace('"valueString":"x"', '"valueInteger":3'));
  const added = operation('add', {
    path: 'Patient',
    name: 'contained',
    value: { resource: { resourceType: 'Basic', id: 'b' } },
  });
  expect(patched('{"resourceType":"Patient"}', added)).toContain('"contained":[{"resourceType":"Basic","id":"b"}]');
});

test('each operation sees what the ones before have done', () => {
  const operations = [
    operation('add', { path: 'Patient', name: 'name', value: { valueHumanName: { family: 'A' } } }),
    operation('add', { path: 'Patient.name[0]', name: 'given', value: 'B' }),
    operation('delete', { path: 'Patient.name[0].family' }),
    operation('replace', { path: 'Patient.name.given', value: 'C' }),
  ];
  expect(patched('{"resourceType":"Patient"}', ...operations)).toBe(
    '{"resourceType":"Patient","name":[{"given":["C"]}]}',
  );
});

test('deletion of a primitive leaves the numbering of its list', () => {
  const text = '{"resourceType":"Patient","name":[{"given":["a","b","c"],"_given":[{"id":"1"},null,{"id":"3"}]}]}';
  expect(patched(text, operation('delete', { path: 'Patient.name.given[1]' }))).toBe(
    '{"resourceType":"Patient","name":[{"given":["a","c"],"_given":[{"id":"1"},{"id":"3"}]}]}',
  );
  expect(patched(text, operation('delete', { path: 'Patient.name.given[0]' }))).toBe(
    '{"resourceType":"Patient","name":[{"given":["b","c"],"_given":[null,{"id":"3"}]}]}',
  );
});

test('an element that is but extensions can be found, and goes with the last of them', () => {
  const text =
    '{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"extension":[{"url":"u:x","valueCode":"y"}]}]}]}';
  expect(patched(text, operation('delete', { path: "Patient.name.given.where(extension.url = 'u:x')" }))).toBe(
    '{"resourceType":"Patient","name":[{"given":["a"]}]}',
  );
  expect(patched(text, operation('delete', { path: 'Patient.name.given[1].extension[0]' }))).toBe(
    '{"resourceType":"Patient","name":[{"given":["a"]}]}',
  );
});

describe('a patch that is refused', () => {
  const path = 'Patient.active';
  const value = { valueBoolean: true };
  test.each([
    ['malformed Operation 1: its parameter is not named operation', { name: 'x' }],
    ['malformed Operation 1: it lacks parts', { name: 'operation' }],
    ['malformed Operation 1: its type is none of add, insert, delete, replace and move', operation('remove', { path })],
    [
      'malformed Operation 1: its type is none of add, insert, delete, replace and move',
      operation('constructor', { path }),
    ],
    ['malformed Operation 1: it lacks the part path', operation('delete', {})],
    ['malformed Operation 1: it lacks the part value', operation('replace', { path })],
    ['malformed Operation 1: it has a part that its type does not know', operation('delete', { path, index: 1 })],
    [
      'malformed Operation 1: its part index is no index',
      operation('insert', { path: 'Patient.name', index: -1, value }),
    ],
    [
      'malformed Operation 1: a value is one value[x], one resource, or parts',
      operation('replace', { path, value: {} }),
    ],
    [
      'malformed Operation 1: a value is one value[x], one resource, or parts',
      operation('replace', { path, value: { valueString: 'a', valueCode: 'b' } }),
    ],
    ['malformed Operation 1: its path is no FHIRPath', operation('delete', { path: 'Patient..x' })],
    ['malformed Operation 1: its path uses a variable', operation('delete', { path: '%resource.active' })],
    [
      'malformed Operation 1: its path uses a function that a patch may not use',
      operation('delete', { path: 'Patient.link.other.resolve()' }),
    ],
    [
      'malformed Operation 1: its path uses a function that a patch may not use',
      operation('delete', { path: "Patient.where(id.matches('(a+)+b'))" }),
    ],
    [
      'malformed Operation 1: its path uses a function that a patch may not use',
      operation('delete', { path: 'Patient.repeat ($this)' }),
    ],
    ['malformed Operation 1: its path is too long', operation('delete', { path: `Patient${'.name'.repeat(1000)}` })],
    [
      'malformed Operation 1: its path does not end in the name of a list',
      operation('move', { path: 'Patient.name[0]', source: 0, destination: 1 }),
    ],
    ['unfit Operation 1: there is nothing at its path', operation('replace', { path: 'Patient.maritalStatus', value })],
    [
      'unfit Operation 1: there is nothing at its path',
      operation('add', { path: 'Observation', name: 'active', value }),
    ],
    ['unfit Operation 1: there is more than one element at its path', operation('delete', { path: 'Patient.name' })],
    [
      'unfit Operation 1: there is more than one element at its path',
      operation('replace', { path: 'Patient.name.given', value: 'x' }),
    ],
    [
      'unfit Operation 1: there is such an element already',
      operation('add', { path: 'Patient', name: 'active', value }),
    ],
    [
      'unfit Operation 1: there is such an element already',
      operation('add', { path: 'Patient', name: 'deceased', value: { valueDateTime: '2020' } }),
    ],
    [
      'unfit Operation 1: there is no element of that name',
      operation('add', { path: 'Patient', name: 'nickname', value }),
    ],
    [
      'unfit Operation 1: there is no element of that name',
      operation('add', { path: 'Patient', name: '__proto__', value }),
    ],
    [
      'unfit Operation 1: there is no element of that name',
      operation('add', { path: 'Patient', name: 'resourceType', value: 'x' }),
    ],
    ['unfit Operation 1: its value is of another type than the element', operation('replace', { path, value: 'true' })],
    [
      'unfit Operation 1: its value is of another type than the element',
      operation('add', { path: 'Patient', name: 'name', value: { valueAddress: {} } }),
    ],
    [
      'unfit Operation 1: its value is of another type than the element',
      operation('add', { path: 'Patient', name: 'contact', value }),
    ],
    ['unfit Operation 1: its path is that of no list', operation('insert', { path, index: 0, value })],
    [
      'unfit Operation 1: its index is beyond the end of the list',
      operation('insert', { path: 'Patient.name', index: 3, value: { valueHumanName: {} } }),
    ],
    [
      'unfit Operation 1: its source or destination is beyond the end of the list',
      operation('move', { path: 'Patient.name', source: 0, destination: 2 }),
    ],
    ['unfit Operation 1: the resource itself cannot be deleted', operation('delete', { path: 'Patient' })],
    ['unfit Operation 1: the resource itself cannot be replaced', operation('replace', { path: 'Patient', value })],
  ] as [string, Part][])('%s', (fault, change) => {
    expect(faultOf(() => patched(PATIENT, change))).toBe(fault);
  });

  test('because it is no Parameters', () => {
    const apply = () => applyFhirPathPatch(document(PATIENT), document('{"resourceType":"Patient"}'));
    expect(faultOf(apply)).toBe('malformed A FHIRPath Patch is a Parameters resource');
  });

  test('as a whole: the fault is told of its operation', () => {
    const good = operation('delete', { path });
    expect(faultOf(() => patched(PATIENT, good, good, operation('replace', { path, value })))).toBe(
      'unfit Operation 3: there is nothing at its path',
    );
  });
});
