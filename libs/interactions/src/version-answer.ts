// FHIR R4 http.html#versioning: ETag, Last-Modified and Location of a version.
import { type Issue, instant, operationOutcome } from '#libs/fhir-model';
import type { StoredVersion } from '#libs/store';
import type { Answer } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import type { Services } from './services.js';

/** ETag and Last-Modified of a version. */
export function versionHeaders(version: StoredVersion): Record<string, string> {
  return {
    etag: `W/"${version.version}"`,
    'last-modified': new Date(Number(version.lastUpdated / 1000n)).toUTCString(),
  };
}

/** The URL of one version. */
export function versionUrl(services: Services, version: StoredVersion): string {
  return `${services.base}/${version.type}/${version.id}/_history/${version.version}`;
}

/** The stored bytes with their headers. */
export function versionAnswer(version: StoredVersion): Answer {
  const { bytes: body, blob } = version;
  return { status: 200, headers: versionHeaders(version), body, version, ...(blob && { blob }) };
}

/** The answer to a write: what Prefer asks for, but never content that the requester may not be shown. */
export function writtenAnswer(
  services: Services,
  request: FhirRequest,
  status: number,
  version: StoredVersion,
  readable: boolean,
  warnings: readonly Issue[] = [],
): Answer {
  const headers = { ...versionHeaders(version), location: versionUrl(services, version), ...warningHeader(warnings) };
  const names = { version, written: [version], ...(warnings.length > 0 ? { warnings } : {}) };
  const { return: wanted = 'representation' } = request.preference;
  if (wanted === 'OperationOutcome') return { status, headers, body: storedOutcome(version, warnings), ...names };
  const answer = { status, headers, ...names };
  if (wanted !== 'representation' || !readable) return answer;
  services.disclosed?.([version]);
  return { ...answer, body: version.bytes };
}

/** RFC 9111 section 5.5, which every client may ignore. */
function warningHeader(warnings: readonly Issue[]): Record<string, string> {
  return warnings.length === 0 ? {} : { warning: `199 - "${warnings.length} references point to what is not there"` };
}

function storedOutcome(version: StoredVersion, warnings: readonly Issue[]): string {
  const diagnostics = `Stored as version ${version.version} at ${instant(version.lastUpdated)}`;
  return JSON.stringify(
    operationOutcome([{ severity: 'information', code: 'informational', diagnostics }, ...warnings]),
  );
}
