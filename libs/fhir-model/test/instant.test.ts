// FHIR R4, section 2.24.0.1: the primitive types instant and id.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instant, isId, parseInstant } from '#libs/fhir-model';

describe('instant', () => {
  test('writes microseconds of Postgres as UTC with milliseconds', () => {
    expect(instant(1_795_253_400_250_999n)).toBe('2026-11-21T09:30:00.250Z');
    expect(instant(new Date(1_795_253_400_250))).toBe('2026-11-21T09:30:00.250Z');
  });

  test('cuts off and never rounds up, before 1970 too', () => {
    expect(instant(-1n)).toBe('1969-12-31T23:59:59.999Z');
    expect(instant(-1000n)).toBe('1969-12-31T23:59:59.999Z');
    expect(instant(-1001n)).toBe('1969-12-31T23:59:59.998Z');
  });

  test.each([new Date(Number.NaN), new Date(8.64e15), new Date(-8.64e15)])('refuses %p', (date) => {
    expect(() => instant(date)).toThrow(RangeError);
  });

  test('is read back to the millisecond it was made from', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }), (micros) => {
        const read = parseInstant(instant(micros))!.getTime();
        expect(micros - BigInt(read) * 1000n).toBeGreaterThanOrEqual(0n);
        expect(micros - BigInt(read) * 1000n).toBeLessThan(1000n);
      }),
    );
  });
});

describe('parseInstant', () => {
  test('knows offsets and long fractions', () => {
    expect(parseInstant('2026-11-21T11:30:00.2509999+02:00')).toEqual(new Date(1_795_253_400_250));
    expect(parseInstant('2026-11-21T09:30:00Z')).toEqual(new Date(1_795_253_400_000));
  });

  test.each([
    '',
    '2026-11-21',
    '2026-11-21T09:30:00',
    '2026-02-30T09:30:00Z',
    '2026-11-21T25:30:00Z',
    '0000-01-01T00:00:00Z',
    '2026-11-21T09:30Z',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

test.each([
  ['a', true],
  ['A-1.b', true],
  ['x'.repeat(64), true],
  ['', false],
  ['x'.repeat(65), false],
  ['a_b', false],
  ['a\n', false],
  ['ä', false],
  [7, false],
])('%j as an id: %p', (value, expected) => {
  expect(isId(value)).toBe(expected);
});
