// RFC 8414 issuers whose tokens are believed: those configured, or the server's own in development.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import type { Config } from '../config.js';
import { localKeys, remoteKeys, type TrustedIssuer } from './token-verifier.js';

/**
 * The issuers of the configuration. The development issuer's key is `keys/token.jwk` in the data directory, made by the
 * command line; only its public part is used here.
 */
export async function trustedIssuers(config: Config): Promise<TrustedIssuer[]> {
  const configured = config.issuers.map(({ issuer, jwksUri, audience }) => ({
    issuer,
    audience: audience ?? config.base,
    keys: remoteKeys(jwksUri),
  }));
  if (config.developmentIssuer === undefined) return configured;
  const jwk = publicPart(JSON.parse(await readFile(join(config.dataDir, 'keys', 'token.jwk'), 'utf8')) as JWK);
  return [{ issuer: config.developmentIssuer, audience: config.base, keys: localKeys({ keys: [jwk] }) }];
}

function publicPart({ kty, crv, x, y, kid, alg }: JWK): JWK {
  return {
    kty,
    use: 'sig',
    ...(crv ? { crv } : {}),
    ...(x ? { x } : {}),
    ...(y ? { y } : {}),
    ...(kid ? { kid } : {}),
    ...(alg ? { alg } : {}),
  } as JWK;
}
