// Hyperledger Fabric 3.1, MSP: ECDSA P-256 over SHA-256, DER, S in the lower half of the group order (SEC 1 section 4.1)
import { createPrivateKey, sign as ecdsaSign, verify as ecdsaVerify, type KeyObject } from 'node:crypto';
import { derInteger, derSequence, twoIntegers } from './der.js';

export type Sign = (message: Uint8Array) => Uint8Array;

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = Buffer.from((ORDER / 2n).toString(16).padStart(64, '0'), 'hex');

/**
 * A function that signs with SHA-256 and the given P-256 key (KeyObject, or PKCS8 or SEC1 PEM). Signatures are DER
 * with low S, as every peer and orderer demands. Throws if the key is of another kind.
 */
export function signer(privateKey: string | KeyObject): Sign {
  const key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey;
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('Fabric signs with P-256 keys only');
  // The key by itself and DER: any options, and the conversion to two plain numbers, cost more than the signature.
  return (message) => withLowS(ecdsaSign('sha256', message, key));
}

function withLowS(signature: Uint8Array): Uint8Array {
  if (isLowS(signature)) return signature;
  const [r, s] = twoIntegers(signature)!;
  const low = (ORDER - BigInt(`0x${Buffer.from(s).toString('hex')}`)).toString(16).padStart(64, '0');
  return derSequence(derInteger(r), derInteger(Buffer.from(low, 'hex')));
}

/**
 * Whether a signature is strict DER with S in the lower half of the P-256 group order. Says nothing about who made
 * it.
 */
export function isLowS(signature: Uint8Array): boolean {
  const s = twoIntegers(signature)?.[1];
  if (s === undefined || s.length > 32) return false;
  const padded = Buffer.alloc(32);
  padded.set(s, 32 - s.length);
  return Buffer.compare(padded, HALF_ORDER) <= 0;
}

/** True only for a strict, low-S signature of `publicKey` over SHA-256(message). Never throws. */
export function verifySignature(publicKey: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return isLowS(signature) && ecdsaVerify('sha256', message, publicKey, signature);
  } catch {
    return false;
  }
}
