import { contentCommitment } from '#libs/evidence';
import { instant } from '#libs/fhir-model';
import { sealBlob } from '../blobs/sealed-blob.js';
import { sealContent } from '../keys/content.js';
import type { Key } from '../keys/seal.js';
import { freshVersionKey, wrapVersionKey } from '../keys/version-key.js';
import type { StoredVersion } from '../stored-version.js';

/** A version before it is stored: all but the key of its row. */
export type Draft = Omit<StoredVersion, 'pid' | 'commitment' | 'commitmentKey'>;

/** What encrypts the version's own keys. */
export interface Wrapping {
  readonly key: Key;
  /** Hash of the patient whose key it is; absent: the shared one. */
  readonly patient?: bigint;
}

/** A version ready to be stored, and the same in the clear. */
export interface SealedVersion {
  readonly open: Omit<StoredVersion, 'pid'>;
  readonly content: Buffer | null;
  /** Absent where all content is in the row. */
  readonly blob?: Buffer;
  readonly key: Buffer;
  readonly keyPatient: bigint | null;
}

/** Commits to a version and encrypts it, under keys that are fresh with it. */
export async function sealVersion(draft: Draft, labels: readonly string[], wrapping: Wrapping): Promise<SealedVersion> {
  const key = freshVersionKey();
  const { type, id, version, lastUpdated, bytes } = draft;
  const content = draft.interaction === 'delete' ? null : await sealContent(bytes, draft, key.data);
  const commitment = contentCommitment(key.commitment, {
    bytes,
    type,
    id,
    labels,
    version: String(version),
    lastUpdated: instant(lastUpdated),
  });
  return {
    open: { ...draft, commitment, commitmentKey: key.commitment },
    content,
    ...(draft.blob && { blob: sealBlob(draft.blob, draft, key.data) }),
    key: wrapVersionKey(key, draft, wrapping.key),
    keyPatient: wrapping.patient ?? null,
  };
}
