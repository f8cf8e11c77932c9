// FHIR R4 http.html: a request to the RESTful API, freed of HTTP.
import type { AccessContext } from '#libs/access';
import type { JsonDocument } from '#libs/fhir-json';
import type { UploadedBlob } from '#libs/store';
import type { IncomingContent } from './binary/from-content.js';

/** Prefer (RFC 7240), as FHIR uses it. */
export interface Preference {
  /** Absent where the client did not say. */
  return?: 'minimal' | 'representation' | 'OperationOutcome';
  /** Absent where the client did not say. */
  handling?: 'strict' | 'lenient';
}

/** The text that a body was sent in. */
export interface BodySource {
  readonly text: Uint8Array;
  /** Where in the text the body is, as a JSON pointer. */
  readonly at: string;
}

/** A request to the server as a whole. */
export interface SystemRequest {
  /** From the verified token alone. */
  readonly context: AccessContext;
  /** Name and value pairs in the order of the query. */
  readonly query: readonly (readonly [string, string])[];
  /** The body as received. */
  readonly body?: Uint8Array;
  /** Where the body comes from, if it is not itself what was sent: a part of a text, or a translation, which has no places in it. */
  readonly source?: BodySource | 'translation';
  /** The version that If-Match demands. */
  readonly ifMatch?: string;
  /** Versions that the client holds; `*` for any, which an update takes to mean that there must be none. */
  readonly ifNoneMatch: readonly string[];
  /** The client holds what was current then; milliseconds since 1970, whole seconds. */
  readonly ifModifiedSince?: number;
  readonly preference: Preference;
}

/** A request to a resource type, a resource or a version. */
export interface FhirRequest extends SystemRequest {
  /** A resource type of R4; empty in a request to the system. */
  readonly type: string;
  readonly id?: string;
  /** In a search of the compartment of `type` and `id`: the type that is looked for, or `*`. */
  readonly member?: string;
  /** Version id, as in the URL. */
  readonly version?: string;
  /** The search that a conditional create, update, patch or delete depends on, without `?`. */
  readonly condition?: string;
  /** The body, where it has been read and validated already. */
  readonly document?: JsonDocument;
  /** In place of a body, content of a Binary that is still to be read. */
  readonly incoming?: IncomingContent;
  /** Content of a Binary that is kept outside the database already, and that the body names. */
  readonly blob?: UploadedBlob;
  /** The body is content that was sent without a security context: it replaces nothing that has one. */
  readonly hasNoContext?: boolean;
  /** Whose it is that will be created, where that is not for its content to say. */
  readonly patients?: readonly string[];
  /** Id for what will be created, where it had to be known beforehand. */
  readonly newId?: string;
}
