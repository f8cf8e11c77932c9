import type { StoredBlob } from '#libs/blob';

/** Names one version. */
export interface VersionName {
  readonly type: string;
  readonly id: string;
  /** 1..n without gap. */
  readonly version: number;
}

/** One version of a resource, open. */
export interface StoredVersion extends VersionName {
  /** Key of the row, ascending in order of recording. */
  readonly pid: bigint;
  /** Microseconds since 1970, Postgres clock; ascending within a resource. Shown to clients as milliseconds. */
  readonly lastUpdated: bigint;
  readonly interaction: 'create' | 'update' | 'delete';
  /** The stored bytes: JSON in UTF-8 as it was sent, with id and meta spliced in. Empty for a deletion. */
  readonly bytes: Buffer;
  /** Content of a Binary that is kept outside the database; `bytes` name its hash and size in place of `data`. */
  readonly blob?: StoredBlob;
  /** Ids of the patients in whose compartment it is. */
  readonly patients: readonly string[];
  /** Content commitment, as the version's event record carries it. */
  readonly commitment: Buffer;
  /** Opens the commitment; belongs into a receipt and nowhere else. */
  readonly commitmentKey: Buffer;
}
