// RFC 9068 (JWT access tokens) and RFC 8725 (JWT best current practices): which tokens are believed.
import { hash } from 'node:crypto';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { type FhirError, unauthorized, unavailable } from '#libs/fhir-model';

/** One issuer whose tokens are believed, and for which audience. */
export interface TrustedIssuer {
  issuer: string;
  audience: string;
  keys: JWTVerifyGetKey;
}

/** Asymmetric signatures only: with a shared secret, who can verify could also issue. */
export const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
  'EdDSA',
  'Ed25519',
];
const MAX_TOKEN_CHARACTERS = 16_384;
const MAX_CACHED_TOKENS = 10_000;

/** Keys of an issuer, fetched from its published JWK set. */
export function remoteKeys(jwksUri: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: 5_000 });
}

/** Keys of an issuer, given as a JWK set. */
export function localKeys(jwks: JSONWebKeySet): JWTVerifyGetKey {
  return createLocalJWKSet(jwks);
}

/**
 * Verifies bearer tokens: signature by an asymmetric algorithm, issuer, audience, times. A verified token is kept, by its
 * hash, until it expires; revocation before that is not known here.
 */
export class TokenVerifier {
  private readonly verified = new LRUCache<string, { claims: Record<string, unknown>; expires: number }>({
    max: MAX_CACHED_TOKENS,
  });

  constructor(private readonly issuers: readonly TrustedIssuer[]) {}

  /**
   * The claims of the token in an `Authorization` header.
   * @throws FhirError 401 for everything that is no valid token of a configured issuer; 503 if the issuer's keys cannot be had.
   */
  async verify(authorization: string | undefined): Promise<Record<string, unknown>> {
    const token = bearer(authorization);
    const digest = hash('sha256', token, 'base64');
    const known = this.verified.get(digest);
    if (known && known.expires > Date.now() / 1000) return known.claims;
    const claims = await this.verifySignature(token);
    this.verified.set(digest, { claims, expires: Number(claims.exp) });
    return claims;
  }

  private async verifySignature(token: string): Promise<Record<string, unknown>> {
    const issuer = this.issuers.find((trusted) => trusted.issuer === claimedIssuer(token));
    if (!issuer) throw invalid('The token is not from an issuer that this server trusts');
    try {
      const { payload } = await jwtVerify(token, issuer.keys, {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'iat', 'sub'],
        clockTolerance: 5,
      });
      return payload;
    } catch (error) {
      throw refusal(error);
    }
  }
}

function bearer(authorization: string | undefined): string {
  if (authorization === undefined) throw unauthorized('A bearer token is needed', 'Bearer realm="fhir"');
  const match = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization);
  if (!match?.[1] || authorization.length > MAX_TOKEN_CHARACTERS) {
    throw invalid('The Authorization header holds no bearer token');
  }
  return match[1];
}

function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw invalid('The bearer token is no signed JWT');
  }
}

function refusal(error: unknown): FhirError {
  if (error instanceof errors.JWTExpired) return invalid('The token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return invalid(`The token's claim '${error.claim}' is not accepted`);
  }
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
    return unavailable('The keys of the token issuer cannot be had at the moment', 5);
  }
  return invalid('The token is not valid');
}

function invalid(diagnostics: string): FhirError {
  return unauthorized(diagnostics, 'Bearer realm="fhir", error="invalid_token"');
}
