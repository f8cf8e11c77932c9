import { describe, expect, test } from '@jest/globals';
import { type PrimitiveName, primitives } from '../src/primitive/index.js';

interface Cases {
  good: unknown[];
  bad: unknown[];
}

const cases: Record<PrimitiveName, Cases> = {
  base64Binary: {
    good: ['QUJD', 'QUI=', 'QQ==', 'QU\r\n JD', ' QUJD '],
    bad: ['', ' ', 'QUJ', 'Q===', '=QUJ', 'QQ=A', 'QU-_', 'QUJD.', 'QUJ\u0100'],
  },
  boolean: { good: [true, false], bad: ['true', 0, null] },
  canonical: { good: ['http://a/b|1', '#c'], bad: ['', 'a b', ' a'] },
  code: { good: ['a', 'a b', 'é'], bad: ['', ' ', ' a', 'a ', 'a  b', 'a\tb', 'a\n'] },
  date: {
    good: ['2024', '2024-02', '2024-02-29', '2000-02-29', '0001-01-01'],
    bad: [
      '2023-02-29',
      '1900-02-29',
      '2024-04-31',
      '0000',
      '24',
      '2024-13',
      '2024-00',
      '2024-1-1',
      '2024-01-01T00:00:00Z',
    ],
  },
  dateTime: {
    good: ['2024', '2024-02', '2024-02-29', '2024-02-29T23:59:60Z', '2024-01-01T00:00:00.123456789+14:00'],
    bad: [
      '2024-02-29T10:00Z',
      '2024-02-29T10:00:00',
      '2024-02T10:00:00Z',
      '2023-02-29T10:00:00Z',
      '2024-02-29T24:00:00Z',
      '2024-02-29T10:00:00+14:01',
      '2024-02-29 10:00:00Z',
      '2024-02-29T10:00:00.Z',
    ],
  },
  decimal: { good: [0, -1.5, 1e300], bad: ['1', true, null] },
  id: { good: ['a', 'A-1.b', 'x'.repeat(64)], bad: ['', 'a_b', 'x'.repeat(65), 'a\n', 'ä'] },
  instant: {
    good: ['2024-02-29T10:00:00Z', '2024-02-29T10:00:00.1-05:00'],
    bad: ['2024', '2024-02-29', '2024-02-29T10:00Z', '2023-02-29T10:00:00Z'],
  },
  integer: { good: [0, -(2 ** 31), 2 ** 31 - 1], bad: [1.5, 2 ** 31, -(2 ** 31) - 1, '1'] },
  markdown: { good: ['# a\n'], bad: ['', ' \r\n\t'] },
  oid: {
    good: ['urn:oid:1.2.3', 'urn:oid:2.16.840.1.113883.0'],
    bad: ['urn:oid:1', 'urn:oid:3.1', 'urn:oid:1.02', 'urn:oid:1.2.', 'urn:oid:1..2', '1.2.3', 'urn:oid:1.2a'],
  },
  positiveInt: { good: [1, 2 ** 31 - 1], bad: [0, -1, 1.5, 2 ** 31] },
  string: { good: ['a', ' a ', 'x'.repeat(1024 * 1024)], bad: ['', ' \n', 'x'.repeat(1024 * 1024 + 1), 1] },
  time: { good: ['00:00:00', '23:59:60', '12:30:00.5'], bad: ['24:00:00', '12:30', '12:30:00Z', '1:00:00'] },
  unsignedInt: { good: [0, 2 ** 31 - 1], bad: [-1, 0.5, 2 ** 31] },
  uri: { good: ['urn:x', 'a'], bad: ['', 'a b', 'a\n'] },
  url: { good: ['http://a'], bad: ['', 'http://a b'] },
  uuid: {
    good: ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'],
    bad: ['urn:uuid:C757873D-EC9A-4326-A141-556F43239520', 'c757873d-ec9a-4326-a141-556f43239520'],
  },
  xhtml: { good: ['<div xmlns="http://www.w3.org/1999/xhtml">a</div>'], bad: ['', ' ', {}] },
};

describe.each(Object.entries(cases))('a %s', (name, { good, bad }) => {
  const { check } = primitives[name as PrimitiveName];

  test('takes what the standard allows', () => {
    expect(good.filter((value) => !check(value))).toEqual([]);
  });

  test('refuses what the standard does not allow', () => {
    expect(bad.filter((value) => check(value))).toEqual([]);
  });
});

describe('a text', () => {
  const texts = ['string', 'markdown', 'code', 'uri', 'url', 'canonical', 'xhtml'] as const;

  test.each(texts)('that is a %s has no character that XML cannot hold, and may have any other', (name) => {
    const takes = (character: string) => primitives[name].check(`a${character}b`);
    const bad = ['\u0000', '\u0001', '\b', '\v', '\f', '\u001f', '\ufffe', '\uffff', '\ud800', '\udc00\ud800'];
    expect(bad.filter(takes)).toEqual([]);
    const good = ['\u007f', '\u0085', '\ud7ff', '\ue000', '\ufffd', '\u{10000}', '\u{10ffff}'];
    expect(good.filter(takes)).toEqual(good);
  });
});

describe('primitives', () => {
  const size = 4_000_000;
  const baits = {
    letters: 'a'.repeat(size),
    spaces: ' '.repeat(size),
    words: 'a '.repeat(size / 2),
    'words that end badly': `${'a '.repeat(size / 2)}\t`,
    arcs: `urn:oid:1${'.1'.repeat(size / 2)}x`,
    'a long fraction': `2024-01-01T00:00:00.${'1'.repeat(size)}?`,
    'a long time': `00:00:00.${'1'.repeat(size)}?`,
    padding: '='.repeat(size),
    'base64 with a space between': 'A '.repeat(size / 2),
  };

  test.each(Object.entries(baits))('answer in linear time and without exhausting the stack: %s', (_, bait) => {
    for (const { check } of Object.values(primitives)) {
      const start = performance.now();
      expect(typeof check(bait)).toBe('boolean');
      expect(performance.now() - start).toBeLessThan(1000);
    }
  });
});
