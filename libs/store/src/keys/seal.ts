// NIST SP 800-38D: AES-256 in Galois/Counter Mode.
import { createCipheriv, createDecipheriv, createSecretKey, KeyObject, randomFillSync } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** What encrypts: a key that is used often is kept as a KeyObject, which takes as long to make as a seal. */
export type Key = Uint8Array | KeyObject;

/** Node 24 takes four times as long over bytes. */
function keyObject(key: Key): KeyObject {
  return key instanceof KeyObject ? key : createSecretKey(key);
}

/** Encrypts and authenticates; `about` is authenticated with it. Result: nonce, ciphertext, tag. */
export function seal(key: Key, about: string, plain: Uint8Array): Buffer {
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', keyObject(key), nonce).setAAD(Buffer.from(about));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Nonces are no secret, only fresh: asking for many at once costs less than asking for each. */
const nonces = Buffer.alloc(256 * NONCE);
let used = nonces.length;

function freshNonce(): Buffer {
  if (used === nonces.length) {
    randomFillSync(nonces);
    used = 0;
  }
  used += NONCE;
  return nonces.subarray(used - NONCE, used);
}

/** What was sealed under this key about the same thing. @throws Error for anything else, without saying what differs. */
export function unseal(key: Key, about: string, sealed: Uint8Array): Buffer {
  if (sealed.length < NONCE + TAG) throw new BrokenSeal();
  const nonce = sealed.subarray(0, NONCE);
  const decipher = createDecipheriv('aes-256-gcm', keyObject(key), nonce, { authTagLength: TAG });
  decipher.setAAD(Buffer.from(about)).setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
  } catch {
    throw new BrokenSeal();
  }
}

/** What is stored is not what was sealed: altered, moved from another row, or sealed under another key. */
export class BrokenSeal extends Error {
  override readonly name = 'BrokenSeal';

  constructor() {
    super('What is stored does not open under its key');
  }
}
