import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KnownHashes } from '../src/keys/known-hashes.js';

const part = fc.oneof(fc.constantFrom('', 'a', 'ab', 'b', '1:a'), fc.string());

describe('hashes that are kept', () => {
  test('are found by exactly the parts they were kept for', () => {
    fc.assert(
      fc.property(fc.array(fc.array(part), { maxLength: 40 }), fc.array(part), (kept, asked) => {
        const known = new KnownHashes(1_000);
        for (const [at, parts] of kept.entries()) known.set(parts, BigInt(at));
        const name = (parts: readonly string[]) => JSON.stringify(parts);
        const last = (parts: readonly string[]) => kept.findLastIndex((one) => name(one) === name(parts));
        for (const parts of [...kept, asked]) {
          const at = last(parts);
          expect(known.get(parts)).toBe(at < 0 ? undefined : BigInt(at));
        }
      }),
    );
  });

  test('stay while they are asked for, and are dropped after two generations in which nobody did', () => {
    const known = new KnownHashes(10);
    known.set(['often'], 1n);
    known.set(['once'], 2n);
    for (let n = 0; n < 40; n += 1) {
      known.set(['other', String(n)], BigInt(n));
      expect(known.get(['often'])).toBe(1n);
    }
    expect(known.get(['once'])).toBeUndefined();
    expect(known.get(['other', '39'])).toBe(39n);
  });
});
