// FHIR R4, section 3.1.0.4 "Status codes" of the RESTful API page.
import type { Issue } from './issue.js';

/** A refusal that the HTTP edge answers as it stands: status, headers, and an OperationOutcome of the issues. */
export class FhirError extends Error {
  override readonly name = 'FhirError';
  readonly issues: Issue[];

  constructor(
    readonly status: number,
    issues: Issue | Issue[],
    readonly headers: Record<string, string> = {},
  ) {
    const list = Array.isArray(issues) ? issues : [issues];
    super(list.map((issue) => issue.diagnostics ?? issue.details ?? issue.code).join('; '));
    this.issues = list;
  }
}

function refusal(status: number, code: string, diagnostics: string, headers?: Record<string, string>): FhirError {
  return new FhirError(status, { severity: 'error', code, diagnostics }, headers);
}

/** 400: the request itself is malformed. */
export function badRequest(diagnostics: string, code = 'invalid'): FhirError {
  return refusal(400, code, diagnostics);
}

/** 401. `challenge` is the WWW-Authenticate header. */
export function unauthorized(diagnostics: string, challenge = 'Bearer'): FhirError {
  return refusal(401, 'login', diagnostics, { 'WWW-Authenticate': challenge });
}

/** 403: for what the caller's token does not allow at all. What a Consent denies is {@link notFound}. */
export function forbidden(diagnostics: string): FhirError {
  return refusal(403, 'forbidden', diagnostics);
}

/** 404, in the same words for what is absent and for what is hidden; it takes no argument so that it stays so. */
export function notFound(): FhirError {
  return refusal(404, 'not-found', 'There is no such resource');
}

/** 405. `allow` lists the methods that would do. */
export function methodNotAllowed(diagnostics: string, allow: string[] = []): FhirError {
  return refusal(405, 'not-supported', diagnostics, allow.length > 0 ? { Allow: allow.join(', ') } : {});
}

/** 406: no format that the client accepts. */
export function notAcceptable(diagnostics: string): FhirError {
  return refusal(406, 'not-supported', diagnostics);
}

/** 409: another write was in the way; the client may try again. */
export function conflict(diagnostics: string): FhirError {
  return refusal(409, 'conflict', diagnostics);
}

/** 410: deleted, and the caller may know that it was there. */
export function gone(): FhirError {
  return refusal(410, 'deleted', 'The resource has been deleted');
}

/** 412: If-Match and the like did not hold. */
export function preconditionFailed(diagnostics: string): FhirError {
  return refusal(412, 'conflict', diagnostics);
}

/** 413. */
export function payloadTooLarge(limitBytes: number): FhirError {
  return refusal(413, 'too-long', `A request body may have at most ${limitBytes} bytes`);
}

/** 415: the body is in no format that is understood. */
export function unsupportedMediaType(diagnostics: string): FhirError {
  return refusal(415, 'not-supported', diagnostics);
}

/** 422: well-formed, but not a valid resource. */
export function unprocessable(issues: Issue[]): FhirError {
  return new FhirError(422, issues);
}

/** 500, without a reason: that belongs in the log. */
export function unexpected(): FhirError {
  return new FhirError(500, { severity: 'fatal', code: 'exception', diagnostics: 'The server failed to answer' });
}

/** 503 with Retry-After: nothing was done, and the same request may succeed later. */
export function unavailable(diagnostics: string, retryAfterSeconds: number): FhirError {
  return refusal(503, 'transient', diagnostics, { 'Retry-After': String(Math.ceil(retryAfterSeconds)) });
}
