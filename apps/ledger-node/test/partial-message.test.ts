// gRPC over HTTP/2 (PROTOCOL-HTTP2.md): Length-Prefixed-Message
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PartialMessage } from '../src/rpc/partial-message.js';

function framed(content: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

test('however messages are cut into pieces, what is left is what came since the last whole one', () => {
  const contents = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 8 });
  const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(contents, sizes, (messages, cuts) => {
      const all = Buffer.concat(messages.map(framed));
      const ends: number[] = [];
      for (const one of messages) ends.push((ends.at(-1) ?? 0) + 5 + one.length);
      const partial = new PartialMessage();
      for (let at = 0, turn = 0; at < all.length; turn += 1) {
        const next = Math.min(all.length, at + cuts[turn % cuts.length]!);
        const whole = ends.filter((end) => end <= next).at(-1) ?? 0;
        expect(partial.after(all.subarray(at, next))).toBe(next - whole);
        at = next;
      }
    }),
  );
});
