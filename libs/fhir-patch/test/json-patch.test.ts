// RFC 6902: JSON Patch on FHIR JSON, where every number and escape that is not touched stays as it was sent.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type JsonValue, parse } from '#libs/fhir-json';
import { applyJsonPatch } from '#libs/fhir-patch';
import { faultOf } from './parameters.js';

const document = (text: string) => parse(Buffer.from(text));
const patched = (text: string, ...operations: object[]) =>
  applyJsonPatch(document(text), document(JSON.stringify(operations)));

const OBSERVATION =
  '{"resourceType":"Observation","valueQuantity":{"value":1.00,"un\\u0069t":"\\u006dg"},"component":[{"valueInteger":1e2},{"valueInteger":-0}]}';

test('what no operation touches stays as it was, character for character', () => {
  expect(patched(OBSERVATION, { op: 'replace', path: '/component/1/valueInteger', value: 7 })).toBe(
    OBSERVATION.replace('-0', '7'),
  );
  expect(patched(OBSERVATION, { op: 'add', path: '/status', value: 'final' })).toBe(
    `${OBSERVATION.slice(0, -1)},"status":"final"}`,
  );
  expect(patched(OBSERVATION, { op: 'remove', path: '/component/0' })).toBe(
    OBSERVATION.replace('{"valueInteger":1e2},', ''),
  );
  expect(patched(OBSERVATION, { op: 'replace', path: '/valueQuantity/unit', value: 'g' })).toBe(
    OBSERVATION.replace('"\\u006dg"', '"g"'),
  );
});

test('what is moved or copied keeps its text', () => {
  expect(patched(OBSERVATION, { op: 'copy', from: '/valueQuantity', path: '/component/-' })).toBe(
    OBSERVATION.replace('-0}]', '-0},{"value":1.00,"un\\u0069t":"\\u006dg"}]'),
  );
  expect(patched('{"a":1.50,"b":{}}', { op: 'move', from: '/a', path: '/b/c' })).toBe('{"b":{"c":1.50}}');
});

test('a value is put in as the patch has it', () => {
  const patch = document('[ { "op" : "add", "path" : "/b", "value" : { "x" : 1.10 , "y" : "\\u00e9" } } ]');
  expect(applyJsonPatch(document('{"a":1}'), patch)).toBe('{"a":1,"b":{"x":1.10,"y":"\\u00e9"}}');
});

test.each([
  ['1.0', '1', true],
  ['1e2', '100', true],
  ['100', '1e2', true],
  ['0', '-0.0e5', true],
  ['12345678901234567890.1', '12345678901234567890.2', false],
  ['1e400', '1e401', false],
  ['1e99999999999999999999', '10e99999999999999999998', true],
  ['-1', '1', false],
  ['1', '"1"', false],
  ['"\\u0041"', '"A"', true],
  ['[1,2]', '[2,1]', false],
  ['{"a":1,"b":[1.0]}', '{"b":[1],"a":1}', true],
  ['{"a":1}', '{"a":1,"b":2}', false],
  ['{"a":1,"b":2}', '{"a":1,"c":2}', false],
  ['null', 'false', false],
  ['[]', '{}', false],
])('test finds that %s against %s is %p', (value, tested, same) => {
  const patch = document(`[{"op":"test","path":"/a","value":${tested}}]`);
  const fault = faultOf(() => applyJsonPatch(document(`{"a":${value}}`), patch));
  expect(fault).toBe(same ? 'applied' : 'test Operation 1: its test does not hold');
});

describe('a patch that is refused', () => {
  test.each([
    ['malformed A JSON Patch is an array of operations', {}],
    ['malformed Operation 1: an operation is an object', [1]],
    ['malformed Operation 1: its op is none of add, remove, replace, move, copy and test', [{ op: 'spam', path: '' }]],
    [
      'malformed Operation 2: it needs a value',
      [
        { op: 'remove', path: '/a' },
        { op: 'add', path: '/a' },
      ],
    ],
    ['malformed Operation 1: it needs path, which is a string', [{ op: 'remove', path: 3 }]],
    ['malformed Operation 1: a path is no JSON Pointer', [{ op: 'remove', path: '/~2' }]],
    ['malformed Operation 1: nothing can be moved into itself', [{ op: 'move', from: '/b', path: '/b/c/d' }]],
    ['unfit Operation 1: there is nothing at its path', [{ op: 'remove', path: '/nothing' }]],
    ['unfit Operation 1: there is nothing at its path', [{ op: 'add', path: '/a/b', value: 1 }]],
    ['unfit Operation 1: there is nothing at its path', [{ op: 'replace', path: '/l/-', value: 1 }]],
    ['unfit Operation 1: there is nothing at its path', [{ op: 'remove', path: '/l/2' }]],
    ['unfit Operation 1: there is no such place in the array', [{ op: 'add', path: '/l/3', value: 1 }]],
    ['unfit Operation 1: the whole document cannot be removed', [{ op: 'remove', path: '' }]],
    ['unfit Operation 1: an element cannot have this name', [{ op: 'add', path: '/__proto__', value: {} }]],
    ['unfit Operation 1: there is nothing at its path', [{ op: 'add', path: '/__proto__/polluted', value: 1 }]],
    [
      'unfit Operation 1: there is nothing at its path',
      [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }],
    ],
    ['unfit Operation 1: an element cannot have this name', [{ op: 'move', from: '/a', path: '/constructor' }]],
    ['unfit Operation 1: there is nothing at its path', [{ op: 'test', path: '/toString', value: 1 }]],
    ['unfit Operation 1: there is nothing at its path', [{ op: 'test', path: '/l/length', value: 2 }]],
  ])('%s', (fault, patch) => {
    const apply = () => applyJsonPatch(document('{"a":1,"b":{"c":{}},"l":[1,2]}'), document(JSON.stringify(patch)));
    expect(faultOf(apply)).toBe(fault);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('a patch that would cost too much is stopped', () => {
  const large = `{"l":[${'0,'.repeat(200_000)}0]}`;
  test.each([
    ['copies of copies', '{"a":["x"]}', Array.from({ length: 64 }, () => ({ op: 'copy', from: '/a', path: '/a/-' }))],
    ['copies of all', large, Array.from({ length: 1000 }, (_, i) => ({ op: 'copy', from: '/l', path: `/c${i}` }))],
    ['insertions at the front', large, Array.from({ length: 20_000 }, () => ({ op: 'add', path: '/l/0', value: 1 }))],
    ['operations', '{}', Array.from({ length: 200_000 }, () => ({ op: 'test', path: '', value: {} }))],
  ])('%s', (_, text, operations) => {
    const start = process.hrtime.bigint();
    const apply = () => applyJsonPatch(document(text), document(JSON.stringify(operations)));
    expect(faultOf(apply)).toMatch(/^too-much /);
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(10_000);
  });

  test('but many operations on a small document are not', () => {
    const operations = Array.from({ length: 20_000 }, (_, i) => ({ op: 'replace', path: '/a/b', value: i }));
    expect(patched('{"a":{"b":1.0}}', ...operations)).toBe('{"a":{"b":19999}}');
  });
});

test('testing one large value again and again costs but the first time', () => {
  const text = `{"s":"${'x'.repeat(5_000_000)}","o":[${'{"a":1},'.repeat(100_000)}1]}`;
  const operations = Array.from({ length: 5000 }, (_, i) => ({
    op: 'test',
    path: i % 2 ? '/s' : '/o/0/a',
    value: i % 2 ? 'y' : 1,
  }));
  const start = process.hrtime.bigint();
  expect(faultOf(() => patched(text, ...operations))).toMatch(/^test Operation 2/);
  expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(3000);
});

/** Plain application to values, to compare with: only for what all operations of the property below can do. */
function onValue(value: Record<string, JsonValue>, operation: { op: string; path: string; value: JsonValue }): void {
  const name = operation.path.slice(1);
  if (operation.op === 'remove') delete value[name];
  else value[name] = operation.value;
}

test('the result as a value is that of the same operations on the value', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const operation = fc.record({
    op: fc.constantFrom('add', 'remove', 'replace'),
    path: name.map((each) => `/${each}`),
    value: fc.jsonValue().filter((each) => !JSON.stringify(each).includes('__proto__')) as fc.Arbitrary<JsonValue>,
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
      const value: Record<string, JsonValue> = { a: 1, b: [2], c: { d: 3 } };
      const possible = operations.filter((each) => {
        if (each.op !== 'add' && !Object.hasOwn(value, each.path.slice(1))) return false;
        onValue(value, each);
        return true;
      });
      expect(JSON.parse(patched('{"a":1,"b":[2],"c":{"d":3}}', ...possible))).toEqual(
        JSON.parse(JSON.stringify(value)),
      );
    }),
  );
});

test('any JSON whatever as a patch is applied or refused as PatchError', () => {
  const part = fc.oneof(
    fc.constantFrom('op', 'path', 'value', 'from', 'add', 'test', 'move', 'copy', '/a', '/a/0', '', '/l/-'),
    fc.jsonValue(),
  );
  const operation = fc.dictionary(fc.constantFrom('op', 'path', 'value', 'from'), part);
  fc.assert(
    fc.property(fc.oneof(fc.array(operation), fc.jsonValue()), (patch) => {
      const text = JSON.stringify(patch);
      fc.pre(!text.includes('__proto__'));
      expect(faultOf(() => applyJsonPatch(document('{"a":[1],"l":[]}'), document(text)))).toEqual(expect.any(String));
    }),
    { numRuns: 5000 },
  );
});
