// FHIR R4 http.html: what an interaction answers, before it is HTTP.
import type { StoredBlob } from '#libs/blob';
import type { BundleEntry, Issue } from '#libs/fhir-model';
import type { StoredVersion, VersionName } from '#libs/store';

/** The answer to one interaction. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Stored text, sent as it is. */
  body?: Uint8Array | string;
  /** In place of a body, what is too large for one. Its length is in the headers. It throws where it cannot go on. */
  stream?: AsyncIterable<Uint8Array>;
  /** Content of the Binary in `body` that is kept elsewhere, which the body names in place of `data`. */
  blob?: StoredBlob;
  /** Absent means FHIR JSON. */
  contentType?: string;
  /** The one version that was read or written, where it was one. */
  version?: Pick<StoredVersion, 'type' | 'id' | 'version' | 'lastUpdated'>;
  /** What is to be said of it beside. */
  warnings?: readonly Issue[];
  /** The versions that were written. */
  written?: readonly WrittenVersion[];
  /** Of a batch or transaction: the versions of Consents that its entries wrote. */
  consents?: readonly WrittenConsent[];
}

/** A version that was written, and in whose compartments it is. */
export type WrittenVersion = VersionName & Pick<StoredVersion, 'patients'>;

/** An entry of the answer to a batch or transaction. */
export interface AnsweredEntry extends BundleEntry {
  /** The versions of Consents that it wrote. Not part of its text. */
  readonly consents?: readonly VersionName[];
}

export interface WrittenConsent extends Pick<VersionName, 'id' | 'version'> {
  /** Place of the entry in the Bundle, from 0 on. */
  readonly entry: number;
}
