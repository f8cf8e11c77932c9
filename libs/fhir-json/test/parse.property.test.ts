// RFC 8259, as rules over generated texts.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type JsonValue, parse } from '#libs/fhir-json';
import { json } from './generators.js';

const space = fc.constantFrom('', ' ', '\n', '\t', '\r\n  ');
const lexeme = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.bigInt({ min: 0n, max: 10n ** 25n }).map(String),
    fc.stringMatching(/^(\.[0-9]{1,25})?$/),
    fc.stringMatching(/^([eE][+-]?[0-9]{1,3})?$/),
  )
  .map((parts) => parts.join(''));

describe('for every JSON value', () => {
  test('the minified text is that of JSON.stringify, and means the same', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 4 }), (value, indent) => {
        const document = parse(Buffer.from(JSON.stringify(value, null, indent)));
        expect(document.text).toBe(JSON.stringify(value));
        expect(document.value).toEqual(JSON.parse(document.text));
      }),
    );
  });

  test('parsing the minified text again changes nothing', () => {
    fc.assert(
      fc.property(json, (value) => {
        const once = parse(Buffer.from(JSON.stringify(value, null, 1)));
        expect(parse(Buffer.from(once.text)).text).toBe(once.text);
      }),
    );
  });
});

test('every number keeps its lexeme, whatever white space surrounds it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(lexeme, space, space)), (numbers) => {
      const lexemes = numbers.map(([number]) => number);
      const document = parse(Buffer.from(`[${numbers.map(([n, a, b]) => a + n + b).join(',')}]`));
      expect(document.text).toBe(`[${lexemes.join(',')}]`);
      expect(lexemes.map((_, index) => document.lexeme(document.value as JsonValue[], index))).toEqual(lexemes);
    }),
  );
});

test('text is accepted only if JSON.parse accepts it too', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '0',
    '-',
    '1.',
    'e5',
    'true',
    'nul',
    '\\u',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      const ours = outcome(() => parse(Buffer.from(text)).value);
      if (ours !== 'refused') expect(ours).toEqual(JSON.parse(text));
      else expect(outcome(() => JSON.parse(text)) === 'refused' || hasTwins(text)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return 'refused';
  }
}

/** The pieces make no name but `"a"` and its kin, so twins show as fewer names than colons outside strings. */
function hasTwins(text: string): boolean {
  const names = text.match(/"[^"]*"\s*:/g) ?? [];
  return new Set(names.map((name) => name.replace(/\s*:$/, ''))).size < names.length;
}
