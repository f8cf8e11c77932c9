// FHIR R4, sections 3.1.1.4.6 to 3.1.1.4.8: numbers, dates and strings as they are compared.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dateRange } from '../src/date-range.js';
import { decimal } from '../src/decimal.js';
import { splitEscaped, unescaped } from '../src/escape.js';
import { normalise } from '../src/normalise.js';

describe('a date', () => {
  const spans = (text: string, low: string, high: string) =>
    expect(dateRange(text)).toEqual({ low: Date.parse(low), high: Date.parse(high) });

  it('covers the year, month, day, minute, second or millisecond that it names', () => {
    spans('2020', '2020-01-01', '2021-01-01');
    spans('2020-02', '2020-02-01', '2020-03-01');
    spans('2020-12', '2020-12-01', '2021-01-01');
    spans('2020-02-29', '2020-02-29', '2020-03-01');
    spans('2020-02-29T12:30', '2020-02-29T12:30:00Z', '2020-02-29T12:31:00Z');
    spans('2020-02-29T12:30:15+02:00', '2020-02-29T10:30:15Z', '2020-02-29T10:30:16Z');
    spans('2020-02-29T12:30:15.1-00:30', '2020-02-29T13:00:15.100Z', '2020-02-29T13:00:15.200Z');
    spans('2020-02-29T12:30:15.123Z', '2020-02-29T12:30:15.123Z', '2020-02-29T12:30:15.124Z');
    spans('2020-02-29T12:30:15.123999Z', '2020-02-29T12:30:15.123Z', '2020-02-29T12:30:15.124Z');
  });

  it('may be in the first century or in a leap second', () => {
    spans('0050', '0050-01-01T00:00:00Z', '0051-01-01T00:00:00Z');
    spans('2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z', '2017-01-01T00:00:01Z');
  });

  it.each([
    '',
    '20',
    '2020-1',
    '2020-00',
    '2020-13',
    '2020-02-30',
    '2021-02-29',
    '2020-01-01T24:00',
    '2020-01-01T10',
    '2020-01-01T10:60',
    '2020-01-01T10:00:61Z',
    '0000',
    '2020-01-01Z',
    ' 2020',
  ])('is not %p', (text) => {
    expect(dateRange(text)).toBeUndefined();
  });

  it('agrees with Date on every time', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(dateRange(date.toISOString())).toEqual({ low: date.getTime(), high: date.getTime() + 1 });
        },
      ),
    );
  });
});

describe('a decimal', () => {
  it.each([
    ['1', 1, 0.5],
    ['1.0', 1, 0.05],
    ['1.00', 1, 0.005],
    ['-3.14', -3.14, 0.005],
    ['100', 100, 0.5],
    ['1e2', 100, 50],
    ['1.0E+2', 100, 5],
    ['5.40e-3', 0.0054, 0.000005],
    ['0', 0, 0.5],
  ])('%s implies half a unit of its last digit', (lexeme, value, half) => {
    const found = decimal(lexeme);
    expect(found?.value).toBe(value);
    expect(found?.half).toBeCloseTo(half, 12);
  });

  it.each(['', '.5', '5.', '1e', '0x1', '1_000', 'NaN', '1e9999', '+1', '1 '])('is not %p', (lexeme) => {
    expect(decimal(lexeme)).toBeUndefined();
  });
});

describe('a string', () => {
  it.each([
    ['Ève', 'eve'],
    ['E\u0301ve', 'eve'],
    ['  O’Brien-Smith,\tJr. ', 'obrien smith jr'],
    ["O'Brien", 'obrien'],
    ['STRASSE', 'strasse'],
    ['Straße', 'strasse'],
    ['ﬁne', 'fine'],
    ['１２', '12'],
    ['Ωμέγα', 'ωμεγα'],
    ['李 小龍', '李 小龍'],
    ['---', ''],
  ])('%s is compared as %s', (text, expected) => {
    expect(normalise(text)).toBe(expected);
  });

  it('is normal after it was made so once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(normalise(normalise(text))).toBe(normalise(text));
      }),
    );
  });
});

describe('an escape', () => {
  it('splits at separators without a backslash, and unescapes afterwards', () => {
    expect(splitEscaped('a\\,b,c\\\\,d', ',')).toEqual(['a\\,b', 'c\\\\', 'd']);
    expect(unescaped('a\\,b\\|\\$\\\\', 'p')).toBe('a,b|$\\');
    expect(splitEscaped('a|b|c', '|', 2)).toEqual(['a', 'b|c']);
  });

  it('is refused before any other character', () => {
    for (const text of ['\\n', 'a\\', '\\\\\\']) expect(() => unescaped(text, 'p')).toThrow('p');
  });

  it('round-trips any text', () => {
    const escaped = (text: string) => text.replace(/[\\,|$]/g, '\\$&');
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('\\', ',', '|', '$', 'a') }), { minLength: 1 }),
        (parts) => {
          expect(splitEscaped(parts.map(escaped).join(','), ',').map((part) => unescaped(part, 'p'))).toEqual(parts);
        },
      ),
    );
  });
});
