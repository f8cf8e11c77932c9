import { describe, expect, test } from '@jest/globals';
import { perHour, squared } from '../src/operations/unit.js';

const system = 'http://unitsofmeasure.org';

describe('The unit of a square', () => {
  test.each([
    ['kg', 'kg2'],
    ['mg/dL', 'mg2/dL2'],
    ['/min', '/min2'],
    ['{beats}/min', '{beats}/min2'],
    ['10*9/L', '10*18/L2'],
    ['kg.m2', 'kg2.m4'],
    ['s-1', 's-2'],
    ['mm[Hg]', 'mm[Hg]2'],
    ['%{a}', '%2{a}'],
    ['1', '1'],
  ])('of %s is %s', (code, square) => {
    expect(squared({ unit: 'x', system, code })).toEqual({ unit: square, system, code: square });
  });

  test.each(['Cel', '[degF]', '[pH]', 'dB', 'B[SPL]', '(kg.m)/s', '', '2kg'])('of %s cannot be written', (code) => {
    expect(squared({ system, code })).toEqual({});
  });

  test('is not made up for a unit of another system', () => {
    expect(squared({ unit: 'kg' })).toEqual({});
    expect(squared({ system: 'urn:units', code: 'kg' })).toEqual({});
  });
});

describe('The unit of a change in an hour', () => {
  test('has a code where UCUM can write it', () => {
    expect(perHour({ unit: 'Kilo', system, code: 'kg' })).toEqual({ unit: 'Kilo/h', system, code: 'kg/h' });
    expect(perHour({ unit: '°C', system, code: 'Cel' })).toEqual({ unit: '°C/h' });
    expect(perHour({ unit: 'kg' })).toEqual({ unit: 'kg/h' });
    expect(perHour({})).toEqual({});
  });
});
