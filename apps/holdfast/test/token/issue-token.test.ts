// RFC 9068 and SMART App Launch 2.2
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { importJWK, jwtVerify } from 'jose';
import { readConfig } from '../../src/config.js';
import { issueToken, type TokenRequest } from '../../src/token/issue-token.js';
import { signingKey, signingKeyFile } from '../../src/token/signing-key.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-token-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const config = () => readConfig({ DATA_DIR: folder, PORT: '8123' });

async function claimsOf(request: TokenRequest): Promise<Record<string, unknown>> {
  const { d, ...publicKey } = await signingKey(folder);
  expect(typeof d).toBe('string');
  const { payload } = await jwtVerify(await issueToken(request, config()), await importJWK(publicKey, 'ES256'), {
    issuer: 'http://localhost:8123/dev',
    audience: 'http://localhost:8123/fhir',
    algorithms: ['ES256'],
  });
  return payload;
}

describe('a development token', () => {
  test('of a system client names no user', async () => {
    const claims = await claimsOf({ scope: 'system/*.cruds' });
    expect(claims).toMatchObject({ scope: 'system/*.cruds', client_id: 'holdfast-cli', sub: 'holdfast-cli' });
    expect(Object.keys(claims).sort()).toEqual(['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub']);
  });

  test('of a practitioner names the custodian as organisation, unless another is given', async () => {
    const user = 'Practitioner/1';
    const claims = await claimsOf({ scope: 'user/*.rs', user, purpose: 'TREAT' });
    expect(claims).toMatchObject({ fhirUser: user, organization: 'Organization/custodian', purpose_of_use: 'TREAT' });
    expect(await claimsOf({ scope: 'user/*.rs', user, organization: 'Organization/2' })).toMatchObject({
      organization: 'Organization/2',
    });
  });

  test('with a patient and no user is that of the patient', async () => {
    const claims = await claimsOf({ scope: 'patient/*.rs', patient: 'p1' });
    expect(claims).toMatchObject({ fhirUser: 'Patient/p1', patient: 'p1', sub: 'Patient/p1' });
    expect(claims.organization).toBeUndefined();
  });

  test('expires when it is said to', async () => {
    const claims = await claimsOf({ scope: 'a', expires: 60 });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(60);
  });
});

test('the signing key is made once, for its owner only, also by two at the same time', async () => {
  const other = mkdtempSync(join(tmpdir(), 'holdfast-key-'));
  try {
    const keys = await Promise.all([signingKey(other), signingKey(other), signingKey(other)]);
    expect(new Set(keys.map((key) => key.d)).size).toBe(1);
    expect(statSync(signingKeyFile(other)).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(other, { recursive: true });
  }
});
