import { randomBytes } from 'node:crypto';

/** Asking for so many at once costs the operating system's generator once. */
const AT_ONCE = 8_000;

let fresh: Buffer = Buffer.alloc(0);

/** Random bytes of the operating system's generator that nobody else is given; at most 8,000. */
export function freshBytes(size: number): Buffer {
  if (fresh.length < size) fresh = randomBytes(AT_ONCE);
  const bytes = fresh.subarray(0, size);
  fresh = fresh.subarray(size);
  return bytes;
}
