// RFC 7515, JSON Web Signature: C2SP Wycheproof json_web_signature_test
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compactVerify, type JWK } from 'jose';
import { ALGORITHMS, localKeys } from '../src/token/token-verifier.js';

interface Group {
  comment: string;
  public?: JWK;
  private?: JWK;
  tests: { tcId: number; comment: string; jws: string; result: 'valid' | 'invalid' }[];
}

const file = join(import.meta.dirname, '../../../../shared/vectors/wycheproof/json_web_signature_test.json');
const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as { testGroups: Group[] };

async function isBelieved(jws: string, key: JWK): Promise<boolean> {
  try {
    await compactVerify(jws, localKeys({ keys: [key] }), { algorithms: ALGORITHMS });
    return true;
  } catch {
    return false;
  }
}

describe.each(testGroups.map((group, index) => ({ ...group, name: `${index} ${group.comment}` })))('$name', (group) => {
  const key = (group.public ?? group.private) as JWK;
  const symmetric = key.kty === 'oct';

  test('no invalid signature is believed', async () => {
    for (const { tcId, jws } of group.tests.filter(({ result }) => result === 'invalid' || symmetric)) {
      expect([tcId, await isBelieved(jws, key)]).toEqual([tcId, false]);
    }
  });
});

const algorithmOf = (jws: string) =>
  (JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()) as { alg: string }).alg;

test('valid signatures by the algorithm that the key is for are believed', async () => {
  const valid = testGroups.flatMap(({ public: key, tests }) =>
    key
      ? tests
          .filter(({ jws, result }) => result === 'valid' && algorithmOf(jws) === key.alg)
          .map(({ jws }) => ({ jws, key }))
      : [],
  );
  expect(valid.length).toBeGreaterThan(20);
  for (const { jws, key } of valid) expect([jws, await isBelieved(jws, key)]).toEqual([jws, true]);
});
