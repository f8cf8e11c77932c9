// FHIR R4 http.html: what an interaction answers, before it is HTTP.
import type { StoredVersion, VersionName } from '#libs/store';

/** The answer to one interaction. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Stored text, sent as it is. */
  body?: Uint8Array | string;
  /** Absent means FHIR JSON. */
  contentType?: string;
  /** The one version that was read or written, where it was one. */
  version?: Pick<StoredVersion, 'type' | 'id' | 'version' | 'lastUpdated'>;
  /** The versions that were written. */
  written?: readonly VersionName[];
}
