// RFC 2104 and RFC 4231: HMAC with SHA-256
import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MacKey } from '../src/mac-key.js';

test.each([
  ['0b'.repeat(20), '4869205468657265', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    '4a656665',
    '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  ['aa'.repeat(20), 'dd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
])('the test vector of RFC 4231 with the key %s', (key, text, expected) => {
  expect(new MacKey(Buffer.from(key, 'hex')).mac(Buffer.from(text, 'hex')).toString('hex')).toBe(expected);
});

test('gives what node:crypto gives, for texts of any length, one after the other under several keys', () => {
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });
  fc.assert(
    fc.property(bytes(64), bytes(64), fc.array(bytes(3_000), { maxLength: 4 }), (one, other, texts) => {
      const keys = [one, other].map((key) => ({ key, made: new MacKey(key) }));
      for (const text of texts)
        for (const { key, made } of keys)
          expect(made.mac(text).toString('hex')).toBe(createHmac('sha256', key).update(text).digest('hex'));
    }),
    { numRuns: 300 },
  );
});

test('a key that is longer than a block is refused', () => {
  expect(() => new MacKey(Buffer.alloc(65))).toThrow(RangeError);
});
