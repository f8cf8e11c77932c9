// Hyperledger Fabric 3.1, ledger/rwset/rwset.proto and kvrwset/kv_rwset.proto: the shape of simulation results

/** Height at which a key was last written: block number and index in the block. Safe integers. */
export interface Version {
  block: number;
  transaction: number;
}

export interface KeyRead {
  key: string;
  /** Absent: the key did not exist. */
  version?: Version | undefined;
}

export interface RangeRead {
  startKey: string;
  endKey: string;
  exhausted: boolean;
  /**
   * What was read; undefined where nothing was in range (the field is then left out) or where `merkle` stands for it.
   */
  reads?: KeyRead[] | undefined;
  merkle?: { maxDegree: number; maxLevel: number; hashes: Uint8Array[] } | undefined;
}

export interface KeyWrite {
  key: string;
  /** Empty means deleted: Fabric makes no difference. */
  value: Uint8Array;
  isDelete: boolean;
}

export interface MetadataWrite {
  key: string;
  /** None: the metadata of the key are removed. */
  entries: { name: string; value: Uint8Array }[];
}

/** What one namespace (chaincode) read and wrote. */
export interface NamespaceSet {
  namespace: string;
  reads: KeyRead[];
  ranges: RangeRead[];
  writes: KeyWrite[];
  metadataWrites: MetadataWrite[];
  /**
   * Hashes of private data, where there are any. The embedded ledger has none; the life cycle of a real network has.
   */
  collections?: CollectionSet[];
}

/** What was read and written in one private data collection, as all peers see it. Hashes of keys are lower-case hex. */
export interface CollectionSet {
  collection: string;
  reads: { keyHash: string; version?: Version | undefined }[];
  writes: { keyHash: string; valueHash: Uint8Array; isDelete: boolean; isPurge: boolean }[];
  metadataWrites: { keyHash: string; entries: MetadataWrite['entries'] }[];
  /** Hash of the private read-write set. */
  hash: Uint8Array;
}

/** Metadata name that holds the state-based endorsement policy of a key. */
export const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/** The key in `_lifecycle` that every simulation of a chaincode reads first. */
export function lifecycleSequenceKey(chaincode: string): string {
  return `namespaces/fields/${chaincode}/Sequence`;
}
