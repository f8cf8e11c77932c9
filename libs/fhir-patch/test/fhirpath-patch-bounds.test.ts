// FHIR R4 fhirpatch.html: what patches from anywhere may cost and do.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from '#libs/fhir-json';
import { faultOf, operation, PATIENT, type Part, patched } from './parameters.js';

describe('a patch that would cost too much is stopped', () => {
  const many = `{"resourceType":"Patient","name":[${'{"given":["a","b"]},'.repeat(20_000)}{"family":"F"}]}`;
  const nested = `Patient.name.where(${'given.where('.repeat(50)}$this = 'x'${')'.repeat(51)}`;
  test.each([
    [
      'many operations on a large resource',
      Array.from({ length: 2000 }, () => operation('add', { path: 'Patient.name[0]', name: 'given', value: 'x' })),
    ],
    ['criteria in criteria', Array.from({ length: 200 }, () => operation('delete', { path: nested }))],
    [
      'unions',
      Array.from({ length: 200 }, () =>
        operation('delete', { path: `(${'Patient.name | '.repeat(60)}Patient.name).where(use = 'x')` }),
      ),
    ],
  ])('%s', (_, operations) => {
    const start = process.hrtime.bigint();
    expect(faultOf(() => patched(many, ...operations))).toMatch(/^(too-much|malformed) /);
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(15_000);
  });
});

test('any Parameters whatever is applied or refused as PatchError', () => {
  const paths = [
    'Patient',
    'Patient.name',
    'Patient.name[0].given',
    'Patient.deceased',
    "Patient.name.where(given = 'C')",
    'Patient.birthDate',
    'x',
    '',
  ];
  const value = fc.constantFrom<Part>(
    { valueString: 'a' },
    { valueBoolean: true },
    { valueHumanName: { family: 'x' } },
    { valueInteger: 1 },
    { part: [{ name: 'family', valueString: 'q' }] },
    { resource: { resourceType: 'Basic' } },
    {},
  );
  const change = fc
    .tuple(
      fc.constantFrom('add', 'insert', 'delete', 'replace', 'move'),
      fc.constantFrom(...paths),
      fc.constantFrom('name', 'given', 'deceased', 'extension', 'contained', 'contact'),
      fc.nat(3),
      value,
    )
    .map(([type, path, name, index, given]) => {
      const all = { path, name, index, source: index, destination: 0, value: given };
      const wanted = {
        add: ['path', 'name', 'value'],
        insert: ['path', 'index', 'value'],
        delete: ['path'],
        replace: ['path', 'value'],
        move: ['path', 'source', 'destination'],
      };
      const names = wanted[type as keyof typeof wanted];
      return operation(type, Object.fromEntries(Object.entries(all).filter(([each]) => names.includes(each))));
    });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let result: string | undefined;
      const fault = faultOf(() => {
        result = patched(PATIENT, ...changes);
      });
      if (fault === 'applied') expect(parse(Buffer.from(result!)).text).toBe(result);
    }),
    { numRuns: 3000 },
  );
});
