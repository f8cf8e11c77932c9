// C2SP signed-note, "Verifier keys": <name>+<key id in hex>+<base64 of 0x01 and the Ed25519 public key>
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { fromBase64 } from './base64.js';

const ED25519 = 1;
const NAME = /^[^\s+\p{Cc}]+$/u;

/** A public key that signs notes, with the name and the 4-byte id its signature lines carry. */
export interface VerifierKey {
  name: string;
  id: Buffer;
  key: KeyObject;
}

function rawKey(key: KeyObject): Buffer {
  const { x } = key.export({ format: 'jwk' });
  if (key.asymmetricKeyType !== 'ed25519' || x === undefined) throw new TypeError('not an Ed25519 key');
  return Buffer.from(x, 'base64url');
}

function keyId(name: string, raw: Uint8Array): Buffer {
  return createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519)).update(raw).digest().subarray(0, 4);
}

/** The verifier key of an Ed25519 key (public, or private and then its public half) under `name`. */
export function verifierKey(name: string, key: KeyObject): VerifierKey {
  if (!NAME.test(name)) throw new RangeError('a key name has no spaces and no plus sign');
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return { name, id: keyId(name, rawKey(publicKey)), key: publicKey };
}

/** The text form of a verifier key, to be handed out and pinned. */
export function verifierKeyText({ name, id, key }: VerifierKey): string {
  const raw = Buffer.concat([Buffer.of(ED25519), rawKey(key)]);
  return `${name}+${id.toString('hex')}+${raw.toString('base64')}`;
}

/** Reads the text form; undefined when it is malformed, not Ed25519, or its id does not fit name and key. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text) ?? [];
  const raw = fromBase64(encoded);
  if (!NAME.test(name) || raw?.length !== 33 || raw[0] !== ED25519) return undefined;
  const x = raw.subarray(1);
  if (keyId(name, x).toString('hex') !== id) return undefined;
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') } });
  return { name, id: keyId(name, x), key };
}
