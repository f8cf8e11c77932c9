// RFC 8259: JSON texts; RFC 7493 (I-JSON): what is refused beyond it.
import { describe, expect, test } from '@jest/globals';
import { JsonError, type JsonErrorReason, parse } from '#libs/fhir-json';

function refused(text: string | Uint8Array): { reason: JsonErrorReason; offset: number; line: number; column: number } {
  try {
    parse(typeof text === 'string' ? Buffer.from(text) : text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const { reason, offset, line, column } = error;
    return { reason, offset, line, column };
  }
  throw new Error('The text was accepted');
}

const accepted = (text: string) => parse(Buffer.from(text));

describe('parse keeps', () => {
  test('the text without white space outside strings', () => {
    expect(accepted(' { "a b" :\t[ 1.00 ,\r\n "x  y\\n" ] }\n').text).toBe('{"a b":[1.00,"x  y\\n"]}');
  });

  test('every spelling of a number', () => {
    const { value, lexeme } = accepted('{"a":1.00,"b":[1e2,-0,12345678901234567890.50,7],"c":{"d":1E400}}');
    const root = value as { b: number[]; c: object };
    expect(lexeme(root, 'a')).toBe('1.00');
    expect([0, 1, 2, 3].map((index) => lexeme(root.b, index))).toEqual(['1e2', '-0', '12345678901234567890.50', '7']);
    expect(lexeme(root.b, '1')).toBe('-0');
    expect(lexeme(root.c, 'd')).toBe('1E400');
  });

  test('the order of names and the spelling of escapes', () => {
    const text = '{"z":"\\u0041\\/","2":0,"1":"\\ud83d\\ude00"}';
    expect(accepted(text).text).toBe(text);
    expect(accepted(text).value).toEqual({ z: 'A/', '2': 0, '1': '😀' });
  });

  test('no lexeme for what is no number', () => {
    const { value, lexeme } = accepted('{"a":"1.00"}');
    expect(() => lexeme(value as object, 'a')).toThrow(TypeError);
    expect(() => lexeme(value as object, 'b')).toThrow(TypeError);
  });
});

describe('parse refuses', () => {
  test.each([
    ['{"a":1,"a":1}', 'duplicate-name'],
    ['{"a":1,"\\u0061":2}', 'duplicate-name'],
    ['{"1":1,"1":2}', 'duplicate-name'],
    ['{"constructor":1,"constructor":2}', 'duplicate-name'],
    ['{"__proto__":{}}', 'proto'],
    ['{"a":[{"\\u005f_proto__":null}]}', 'proto'],
    ['"\\ud800"', 'surrogate'],
    ['"\\udc00\\ud800"', 'surrogate'],
    ['"\\ud800😀"', 'surrogate'],
    ['{"\\udead":1}', 'surrogate'],
    ['\ufeff{}', 'syntax'],
    ['', 'syntax'],
    ['{"a":1}}', 'syntax'],
    ['[01]', 'syntax'],
    ['"tab\there"', 'syntax'],
    ['"open', 'syntax'],
    ['"\\x"', 'syntax'],
    ['"\\u12"', 'syntax'],
  ] as [string, JsonErrorReason][])('%j because of %s', (text, reason) => {
    expect(refused(text).reason).toBe(reason);
  });

  test.each([
    [[0x22, 0xff, 0x22], 1],
    [[0x22, 0xc3, 0xa4, 0xc3, 0x22], 3],
    [[0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    [[0x22, 0xc0, 0xaf, 0x22], 1],
  ])('bytes %j, which are not UTF-8 from byte %i on', (bytes, offset) => {
    expect(refused(Uint8Array.from(bytes))).toMatchObject({ reason: 'utf-8', offset });
  });

  test('with the place of the fault in bytes, lines and columns', () => {
    expect(refused('{\n  "ä": ?\n}')).toEqual({ reason: 'syntax', offset: 10, line: 2, column: 8 });
  });

  test('without a word of the text in the message', () => {
    expect(() => accepted('{"name":"Chalmers" oops}')).toThrow(/^A comma or the end .* \(line 1, column 20\)$/);
  });

  test('a hundred thousand opening arrays or objects without overflowing the stack', () => {
    expect(refused('['.repeat(100_000)).reason).toBe('depth');
    expect(refused('{"a":'.repeat(100_000)).reason).toBe('depth');
    expect(() => parse(Buffer.from('['.repeat(100_000)), { maxDepth: 1_000_000 })).toThrow(JsonError);
  });
});

describe('depth', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

  test('of 100 is accepted, of 101 refused', () => {
    expect(accepted(nested(100)).text).toBe(nested(100));
    expect(refused(nested(101))).toMatchObject({ reason: 'depth', offset: 100 });
  });

  test('counts what is open, not what has been closed', () => {
    expect(accepted(`[${Array(300).fill('[[]]').join(',')}]`).value).toHaveLength(300);
  });

  test('has the limit that the caller names', () => {
    expect(() => parse(Buffer.from(nested(3)), { maxDepth: 2 })).toThrow(JsonError);
    expect(parse(Buffer.from(nested(900)), { maxDepth: 900 }).text).toBe(nested(900));
  });
});

test('names such as constructor are ordinary and change no prototype', () => {
  const { value } = accepted('{"constructor":{"prototype":{"polluted":1}},"prototype":2,"toString":3}');
  expect(Object.keys(value as object)).toEqual(['constructor', 'prototype', 'toString']);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect('polluted' in {}).toBe(false);
});
