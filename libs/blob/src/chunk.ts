// Hoang, Reyhanitabar, Rogaway, Vizar: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance (2015), the
// STREAM construction, over NIST SP 800-38D: AES-256-GCM, with the chunk's number and a flag of the last one in the nonce.
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

/** Bytes of content in a chunk; the last may have fewer, but never none. */
export const CHUNK = 64 * 1024;
const TAG = 16;
/** Bytes of a whole chunk as it is kept. */
export const SEALED_CHUNK = CHUNK + TAG;

const ABOUT = Buffer.from('holdfast blob/1');

/** How many bytes content of this size takes when it is sealed. */
export function sealedSize(size: number): number {
  return size + TAG * Math.ceil(size / CHUNK);
}

/**
 * One chunk sealed. The key must be of this content alone: then number and flag make every nonce the only one, and no chunk
 * can be moved, repeated, left out at the end, or taken from other content.
 */
export function sealChunk(key: KeyObject, index: number, isLast: boolean, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(index, isLast), { authTagLength: TAG }).setAAD(ABOUT);
  const body = cipher.update(plain);
  cipher.final();
  return Buffer.concat([body, cipher.getAuthTag()]);
}

/** What was sealed. @throws BrokenBlob when it is not this chunk of this content. */
export function openChunk(key: KeyObject, index: number, isLast: boolean, sealed: Uint8Array): Buffer {
  if (sealed.length <= TAG) throw new BrokenBlob();
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(index, isLast), { authTagLength: TAG });
  decipher.setAAD(ABOUT).setAuthTag(sealed.subarray(sealed.length - TAG));
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG));
  try {
    decipher.final();
    return plain;
  } catch {
    throw new BrokenBlob();
  }
}

function nonce(index: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(index, 7);
  bytes[11] = isLast ? 1 : 0;
  return bytes;
}

/** What is kept is not what was sealed: altered, cut short, or other content's. */
export class BrokenBlob extends Error {
  override readonly name = 'BrokenBlob';

  constructor() {
    super('What is kept does not open under its key');
  }
}
