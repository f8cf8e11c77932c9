import { createHmac } from 'node:crypto';
import type { Hash64 } from '#libs/search';

const key = Buffer.alloc(32, 7);

/** A keyed hash as the store has one; only the key is a test's. */
export const keyed: Hash64 = (...parts) =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest().readBigInt64BE(0);
