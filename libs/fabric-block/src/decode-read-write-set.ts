// Hyperledger Fabric 3.1, ledger/rwset/rwset.proto and kvrwset/kv_rwset.proto: reading simulation results
import { ledger } from '@hyperledger/fabric-protos';
import { decodeMessage } from './canonical-message.js';
import { collectionSet } from './decode-collection-set.js';
import { readEntries } from './key-metadata.js';
import { readVersion } from './key-version.js';
import type { KeyRead, NamespaceSet, RangeRead } from './read-write-set.js';

const { kvrwset } = ledger.rwset;
type Kv = typeof ledger.rwset.kvrwset;

/** Reads an encoded TxReadWriteSet in the order it has. Throws BlockError MALFORMED. */
export function decodeReadWriteSet(bytes: Uint8Array): NamespaceSet[] {
  const message = decodeMessage(ledger.rwset.TxReadWriteSet, bytes, 'read-write set');
  return message.getNsRwsetList().map(namespaceSet);
}

function namespaceSet(message: ledger.rwset.NsReadWriteSet): NamespaceSet {
  const content = decodeMessage(kvrwset.KVRWSet, message.getRwset_asU8(), 'read-write set of a namespace');
  const set: NamespaceSet = {
    namespace: message.getNamespace(),
    reads: content.getReadsList().map(keyRead),
    ranges: content.getRangeQueriesInfoList().map(rangeRead),
    writes: content.getWritesList().map((write) => ({
      key: write.getKey(),
      value: write.getValue_asU8(),
      isDelete: write.getIsDelete() || write.getValue_asU8().length === 0,
    })),
    metadataWrites: content
      .getMetadataWritesList()
      .map((write) => ({ key: write.getKey(), entries: readEntries(write) })),
  };
  const collections = message.getCollectionHashedRwsetList().map(collectionSet);
  return collections.length > 0 ? { ...set, collections } : set;
}

function keyRead(read: InstanceType<Kv['KVRead']>): KeyRead {
  return { key: read.getKey(), version: readVersion(read.getVersion()) };
}

function rangeRead(range: InstanceType<Kv['RangeQueryInfo']>): RangeRead {
  const merkle = range.getReadsMerkleHashes();
  return {
    startKey: range.getStartKey(),
    endKey: range.getEndKey(),
    exhausted: range.getItrExhausted(),
    reads: range.getRawReads()?.getKvReadsList().map(keyRead),
    merkle: merkle && {
      maxDegree: merkle.getMaxDegree(),
      maxLevel: merkle.getMaxLevel(),
      hashes: merkle.getMaxLevelHashesList_asU8(),
    },
  };
}
