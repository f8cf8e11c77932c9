// C2SP Wycheproof: ecdsa_secp256r1_sha256_test.json, of which Fabric takes the valid ones with low S
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { isLowS, verifySignature } from '../src/index.js';

interface Case {
  tcId: number;
  comment: string;
  msg: string;
  sig: string;
  result: 'valid' | 'invalid' | 'acceptable';
}

const file = new URL('../../../../shared/vectors/wycheproof/ecdsa_secp256r1_sha256_test.json', import.meta.url);
const { testGroups }: { testGroups: { publicKeyPem: string; tests: Case[] }[] } = JSON.parse(
  readFileSync(file, 'utf8'),
);

test('accepts exactly the valid signatures with low S', () => {
  let [accepted, high] = [0, 0];
  for (const { publicKeyPem, tests } of testGroups) {
    const key = createPublicKey(publicKeyPem);
    for (const { msg, sig, result, tcId, comment } of tests) {
      const signature = Buffer.from(sig, 'hex');
      const verdict = verifySignature(key, Buffer.from(msg, 'hex'), signature);
      const expected = result === 'valid' && isLowS(signature);
      expect([tcId, comment, verdict]).toEqual([tcId, comment, expected]);
      accepted += Number(verdict);
      high += Number(result === 'valid' && !verdict);
    }
  }
  expect(accepted).toBeGreaterThan(50);
  expect(high).toBeGreaterThan(20);
});
