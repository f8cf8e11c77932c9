// RFC 9068 (JWT access tokens) with the claims of SMART App Launch 2.2: tokens of the development issuer
import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { Config } from '../config.js';
import { signingKey } from './signing-key.js';

/** What a token shall say; references are literal FHIR references. */
export interface TokenRequest {
  /** SMART v2 scopes, separated by spaces. */
  scope: string;
  user?: string;
  patient?: string;
  purpose?: string;
  organization?: string;
  client?: string;
  /** Seconds it is valid, 3600 if not given. */
  expires?: number;
}

type Issuer = Pick<Config, 'dataDir' | 'issuer' | 'base' | 'custodian'>;

/** A patient without another user asks for himself or herself. */
function userOf(request: TokenRequest): string | undefined {
  return request.user ?? (request.patient === undefined ? undefined : `Patient/${request.patient}`);
}

/** Practitioners work for the custodian unless the request says otherwise. */
function organizationOf(request: TokenRequest, custodian: string): string | undefined {
  const practitioner = request.user?.startsWith('Practitioner') ? custodian : undefined;
  return request.organization ?? practitioner;
}

/** A signed token for the server on the same PORT and DATA_DIR. It is believed only where no other issuer is configured. */
export async function issueToken(request: TokenRequest, issuer: Issuer): Promise<string> {
  const jwk = await signingKey(issuer.dataDir);
  const user = userOf(request);
  const client = request.client ?? 'holdfast-cli';
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    scope: request.scope,
    client_id: client,
    fhirUser: user,
    patient: request.patient,
    purpose_of_use: request.purpose,
    organization: organizationOf(request, issuer.custodian),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid ?? '' })
    .setIssuer(issuer.issuer)
    .setAudience(issuer.base)
    .setSubject(user ?? client)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + (request.expires ?? 3600))
    .sign(await importJWK(jwk, 'ES256'));
}
