// FHIR R4 http.html#cread and RFC 9110 section 13.1.2: If-None-Match, as a header and in an entry of a Bundle
import type { StoredVersion } from '#libs/store';
import type { FhirRequest } from '../fhir-request.js';

/** Stands for any version. */
export const ANY_VERSION = '*';

const ENTITY_TAG = /^(?:W\/)?"([^"]{1,64})"$/;

/** The version that one entity tag names. */
export function taggedVersion(tag: string): string | undefined {
  return ENTITY_TAG.exec(tag.trim())?.[1];
}

/** The versions that If-None-Match names, or {@link ANY_VERSION}; malformed ones are left out, which only costs a transfer. */
export function heldVersions(tags: string | undefined): string[] {
  if (tags === undefined) return [];
  if (tags.trim() === ANY_VERSION) return [ANY_VERSION];
  return tags.split(',').flatMap((tag) => taggedVersion(tag) ?? []);
}

/** RFC 9110 section 13.1.3: with If-None-Match, If-Modified-Since does not count. */
export function isHeld(
  { ifNoneMatch, ifModifiedSince }: FhirRequest,
  { version, lastUpdated }: Pick<StoredVersion, 'version' | 'lastUpdated'>,
): boolean {
  if (ifNoneMatch.length > 0) return ifNoneMatch.some((held) => held === ANY_VERSION || held === String(version));
  const seconds = Number(lastUpdated / 1_000_000n) * 1000;
  return ifModifiedSince !== undefined && seconds <= ifModifiedSince;
}
