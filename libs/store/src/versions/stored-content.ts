import type { StoredContent } from '#libs/evidence';
import { parse } from '#libs/fhir-json';
import { instant } from '#libs/fhir-model';
import type { StoredVersion } from '../stored-version.js';
import { securityLabels } from './security-labels.js';

/** What the content commitment of a version was made over: for receipts and for checking. */
export function storedContent(version: StoredVersion): StoredContent {
  const { bytes, type, id } = version;
  return {
    bytes,
    type,
    id,
    version: String(version.version),
    lastUpdated: instant(version.lastUpdated),
    labels: bytes.length === 0 ? [] : securityLabels(parse(bytes).value),
  };
}
