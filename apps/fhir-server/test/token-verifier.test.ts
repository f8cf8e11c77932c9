// RFC 9068 and RFC 8725: which tokens are believed, and which configurations start
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { readConfig } from '../src/config.js';
import { remoteKeys, TokenVerifier } from '../src/token/token-verifier.js';

const ISSUER = 'https://issuer.test';
const AUDIENCE = 'https://server.test/fhir';

describe('an external issuer', () => {
  let keys: Server;
  let jwksUri: string;
  let privateKey: CryptoKey;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES384', { extractable: true });
    privateKey = pair.privateKey;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES384' };
    keys = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    jwksUri = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => void keys.close());

  const sign = (claims: Record<string, unknown> = {}, key = privateKey) =>
    new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'app', ...claims })
      .setProtectedHeader({ alg: 'ES384', kid: 'k' })
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(key);
  const verifier = (uri = jwksUri) =>
    new TokenVerifier([{ issuer: ISSUER, audience: AUDIENCE, keys: remoteKeys(uri) }]);

  test('is believed by the keys it publishes', async () => {
    await expect(verifier().verify(`Bearer ${await sign()}`)).resolves.toMatchObject({ sub: 'app' });
  });

  test('is not believed for another key, issuer or audience, nor before its time', async () => {
    const stranger = (await generateKeyPair('ES384')).privateKey;
    const later = Math.floor(Date.now() / 1000) + 600;
    const tokens = [
      await sign({}, stranger),
      await sign({ iss: 'https://other.test' }),
      await sign({ aud: 'https://other.test' }),
      await sign({ nbf: later }),
      await sign({ sub: undefined }),
    ];
    for (const token of tokens) {
      await expect(verifier().verify(`Bearer ${token}`)).rejects.toMatchObject({ status: 401 });
    }
  });

  test('whose keys cannot be had is 503, not 401', async () => {
    await expect(verifier('http://127.0.0.1:1/jwks').verify(`Bearer ${await sign()}`)).rejects.toMatchObject({
      status: 503,
    });
  });
});

describe('the configuration', () => {
  const settings = { DATABASE_URL: 'postgres://x' };
  const issuers = JSON.stringify([{ issuer: ISSUER, jwksUri: 'https://issuer.test/jwks' }]);

  test('has its own issuer on loopback only', () => {
    expect(readConfig(settings).developmentIssuer).toBe('http://localhost:8080/dev');
    expect(() => readConfig({ ...settings, HOST: '0.0.0.0' })).toThrow(/not loopback/);
    expect(() => readConfig({ ...settings, HOST: '::' })).toThrow(/not loopback/);
    const open = readConfig({ ...settings, HOST: '0.0.0.0', ISSUERS: issuers });
    expect(open.developmentIssuer).toBeUndefined();
    expect(open.issuers).toHaveLength(1);
  });

  test.each([{ PORT: 'x' }, { ISSUERS: '{' }, { ISSUERS: '[{}]' }, { CUSTODIAN: 'f001' }, { MAX_BODY_BYTES: '1' }])(
    'names the setting that cannot be used: %j',
    (wrong) => {
      expect(() => readConfig({ ...settings, ...wrong })).toThrow(Object.keys(wrong)[0] as string);
    },
  );
});
