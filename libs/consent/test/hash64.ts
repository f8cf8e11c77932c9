import { createHash } from 'node:crypto';
import type { Hash64 } from '#libs/consent';

/** Stands in for the site's keyed hash: what it hashes is no secret in a test. */
export const hash64: Hash64 = (...parts) =>
  createHash('sha256').update(JSON.stringify(parts)).digest().readBigInt64BE();
