// SMART App Launch 2.2: what a verified access token says of the one who asks.
import { type FhirError, unauthorized } from '#libs/fhir-model';
import { parseScopes, type Scope } from './scope.js';

/** Who asks, for whom and what for. Made from a verified token and nothing else: no header, no parameter, no body. */
export interface AccessContext {
  readonly issuer: string;
  readonly subject: string;
  /** The OAuth client that presents the token. */
  readonly client: string;
  /** The user's own resource (`Practitioner/1`, `Patient/2`), absent for a system client. */
  readonly user?: string;
  /** The user's organisation, or the custodian for a system client. */
  readonly organization?: string;
  /** Id of the patient in context, to whose compartment `patient/` scopes are limited. */
  readonly patient?: string;
  /** Purpose of use, a v3-ActReason code. */
  readonly purpose?: string;
  readonly scopes: readonly Scope[];
  /** Scopes of our own (`holdfast/...`) that grant what no FHIR scope does. */
  readonly rights: readonly string[];
}

/** Removing a security label, by whatever write. */
export const MAY_REMOVE_LABELS = 'holdfast/security-labels.d';

const REFERENCE =
  /^(Practitioner|PractitionerRole|Patient|RelatedPerson|Person|Organization|Device)\/[A-Za-z0-9\-.]{1,64}$/;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const CODE = /^[A-Za-z0-9\-_]{1,64}$/;
const MAX_CLAIM = 4096;

/**
 * Reads the claims of a token whose signature, issuer, audience and times have been verified already.
 * @throws FhirError 401 if a claim that matters has another shape than it should: a claim that cannot be read is not ignored.
 */
export function accessContext(claims: Record<string, unknown>, custodian: string): AccessContext {
  const user = claim(claims, 'fhirUser', REFERENCE);
  const organization = claim(claims, 'organization', REFERENCE);
  return {
    issuer: required(claims, 'iss'),
    subject: required(claims, 'sub'),
    client: claim(claims, 'client_id') ?? required(claims, 'sub'),
    ...defined('user', user),
    ...defined('organization', user === undefined ? custodian : organization),
    ...defined('patient', claim(claims, 'patient', ID)),
    ...defined('purpose', claim(claims, 'purpose_of_use', CODE)),
    scopes: parseScopes(claim(claims, 'scope') ?? ''),
    rights: (claim(claims, 'scope') ?? '').split(' ').filter((scope) => scope.startsWith('holdfast/')),
  };
}

function required(claims: Record<string, unknown>, name: string): string {
  const value = claim(claims, name);
  if (value === undefined) throw refusal(name);
  return value;
}

function claim(claims: Record<string, unknown>, name: string, shape?: RegExp): string | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > MAX_CLAIM) throw refusal(name);
  if (shape && !shape.test(value)) throw refusal(name);
  return value;
}

function refusal(name: string): FhirError {
  return unauthorized(`The token's claim '${name}' is missing or malformed`, 'Bearer error="invalid_token"');
}

function defined<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string });
}
