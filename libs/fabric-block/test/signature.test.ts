// Hyperledger Fabric 3.1, MSP: ECDSA P-256 over SHA-256, DER, low S
import { sign as ecdsaSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isLowS, signer, verifySignature } from '../src/index.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const message = Buffer.from('append');

function der(r: bigint, s: bigint): Buffer {
  const integer = (value: bigint) => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    const content = bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
    return Buffer.concat([Buffer.of(2, content.length), content]);
  };
  const content = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}

/** A signature of OpenSSL taken apart: its S is high as often as low. */
function numbers(): { r: bigint; s: bigint } {
  const raw = ecdsaSign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex');
  return { r: BigInt(`0x${raw.slice(0, 64)}`), s: BigInt(`0x${raw.slice(64)}`) };
}

describe('signatures', () => {
  test('are DER with low S and verify, whatever is signed', () => {
    const sign = signer(privateKey);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const signature = sign(bytes);
        return isLowS(signature) && verifySignature(publicKey, bytes, signature);
      }),
    );
  });

  test('may be made with a PEM key', () => {
    const sign = signer(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    expect(verifySignature(publicKey, message, sign(message))).toBe(true);
  });

  test('of another message or key do not verify', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signature = signer(privateKey)(message);
    expect(verifySignature(publicKey, Buffer.from('other'), signature)).toBe(false);
    expect(verifySignature(other.publicKey, message, signature)).toBe(false);
  });

  test('with high S are refused though OpenSSL would take them', () => {
    for (let round = 0; round < 20; round++) {
      const { r, s } = numbers();
      const low = s <= ORDER / 2n ? s : ORDER - s;
      expect(verifySignature(publicKey, message, der(r, low))).toBe(true);
      expect(verifySignature(publicKey, message, der(r, ORDER - low))).toBe(false);
    }
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['rubbish', Buffer.from('not a signature')],
    ['a padded number', Buffer.from('30090203000001020200ff', 'hex')],
    ['a negative number', Buffer.from('3006020181020101', 'hex')],
    ['an empty number', Buffer.from('30050200020101', 'hex')],
    ['bytes behind', Buffer.concat([der(1n, 1n), Buffer.of(0)])],
    ['a third number', Buffer.from('3009020101020101020101', 'hex')],
    ['a long form of the length', Buffer.from('308106020101020101', 'hex')],
    ['a number too long', der(1n, ORDER * 256n)],
  ])('are refused as %s', (_, bytes) => {
    expect(isLowS(bytes)).toBe(false);
    expect(verifySignature(publicKey, message, bytes)).toBe(false);
  });

  test('are made with P-256 keys only', () => {
    expect(() => signer(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)).toThrow(/P-256/);
    expect(() => signer(generateKeyPairSync('ed25519').privateKey)).toThrow(/P-256/);
  });

  test('take S up to half of the group order and no further', () => {
    expect(isLowS(der(1n, ORDER / 2n))).toBe(true);
    expect(isLowS(der(1n, ORDER / 2n + 1n))).toBe(false);
  });
});
