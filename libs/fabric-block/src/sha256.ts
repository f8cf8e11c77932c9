import { createHash } from 'node:crypto';

/** SHA-256 over the parts in order, without anything between them. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  // By way of a text: to make a Buffer outside JavaScript costs more than that.
  return Buffer.from(hash.digest('binary'), 'latin1');
}
