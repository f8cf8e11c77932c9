// FHIR R4 http.html: a request to the RESTful API, freed of HTTP.
import type { AccessContext } from '#libs/access';

/** Prefer (RFC 7240), as FHIR uses it. */
export interface Preference {
  return: 'minimal' | 'representation' | 'OperationOutcome';
  handling: 'strict' | 'lenient';
}

export interface FhirRequest {
  /** From the verified token alone. */
  readonly context: AccessContext;
  /** A resource type of R4. */
  readonly type: string;
  readonly id?: string;
  /** Version id, as in the URL. */
  readonly version?: string;
  /** Name and value pairs in the order of the query. */
  readonly query: readonly (readonly [string, string])[];
  /** The body as received. */
  readonly body?: Uint8Array;
  /** The version that If-Match demands. */
  readonly ifMatch?: string;
  /** Versions the client holds. */
  readonly ifNoneMatch: readonly string[];
  readonly preference: Preference;
}
