import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OwnEndorsements } from '../src/endorser/own-endorsements.js';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
const endorsement = fc.record({ endorser: bytes, signature: bytes });

test('an endorsement is known by the very bytes that were signed, its endorser and its signature, and by nothing less', () => {
  fc.assert(
    fc.property(
      bytes,
      endorsement,
      fc.nat(),
      fc.constantFrom('payload', 'endorser', 'signature'),
      (payload, made, at, part) => {
        const own = new OwnEndorsements();
        own.add(payload, made);
        expect(own.has(payload.slice(), { endorser: made.endorser.slice(), signature: made.signature.slice() })).toBe(
          true,
        );
        const other = { payload: payload.slice(), endorser: made.endorser.slice(), signature: made.signature.slice() };
        other[part][at % other[part].length]! ^= 1 << (at % 8);
        expect(own.has(other.payload, other)).toBe(false);
        const shorter = { payload: payload.slice(1), endorser: made.endorser, signature: made.signature };
        expect(own.has(shorter.payload, shorter)).toBe(false);
      },
    ),
  );
});

test('what is endorsed and never submitted is forgotten after 8 MB of newer payloads', () => {
  const own = new OwnEndorsements();
  const made = (number: number) => ({ endorser: Uint8Array.of(1), signature: Uint8Array.of(2, number) });
  const payload = (number: number) => new Uint8Array(1024 * 1024).fill(number);
  for (let number = 0; number < 9; number += 1) own.add(payload(number), made(number));
  expect(own.has(payload(0), made(0))).toBe(false);
  for (let number = 1; number < 9; number += 1) expect(own.has(payload(number), made(number))).toBe(true);
});
