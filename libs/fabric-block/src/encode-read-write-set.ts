// Hyperledger Fabric 3.1, ledger/rwset/rwset.proto and kvrwset/kv_rwset.proto: order and encoding of simulation results
import { ledger } from '@hyperledger/fabric-protos';
import { collectionMessage } from './encode-collection-set.js';
import { entryMessages } from './key-metadata.js';
import { versionMessage } from './key-version.js';
import type { KeyRead, KeyWrite, MetadataWrite, NamespaceSet, RangeRead } from './read-write-set.js';
import { compareUtf8 } from './utf8-order.js';

const { kvrwset } = ledger.rwset;

/**
 * Encoded TxReadWriteSet. Namespaces, reads, writes, metadata writes and metadata entries are sorted by the UTF-8
 * bytes of their names, as peers do; ranges stay in the order given. A write of an empty value becomes a delete. Two
 * endorsers who saw the same give the same bytes.
 */
export function encodeReadWriteSet(sets: readonly NamespaceSet[]): Uint8Array {
  const message = new ledger.rwset.TxReadWriteSet();
  message.setDataModel(ledger.rwset.TxReadWriteSet.DataModel.KV);
  message.setNsRwsetList(sets.toSorted((a, b) => compareUtf8(a.namespace, b.namespace)).map(namespaceMessage));
  return message.serializeBinary();
}

function namespaceMessage(set: NamespaceSet): ledger.rwset.NsReadWriteSet {
  const content = new kvrwset.KVRWSet();
  content.setReadsList(set.reads.toSorted(byKey).map(readMessage));
  content.setRangeQueriesInfoList(set.ranges.map(rangeMessage));
  content.setWritesList(set.writes.toSorted(byKey).map(writeMessage));
  content.setMetadataWritesList(set.metadataWrites.toSorted(byKey).map(metadataMessage));
  const message = new ledger.rwset.NsReadWriteSet();
  message.setNamespace(set.namespace);
  message.setRwset(content.serializeBinary());
  message.setCollectionHashedRwsetList((set.collections ?? []).map(collectionMessage));
  return message;
}

function byKey(a: { key: string }, b: { key: string }): number {
  return compareUtf8(a.key, b.key);
}

function readMessage(read: KeyRead): ledger.rwset.kvrwset.KVRead {
  const message = new kvrwset.KVRead();
  message.setKey(read.key);
  if (read.version) message.setVersion(versionMessage(read.version));
  return message;
}

function rangeMessage(range: RangeRead): ledger.rwset.kvrwset.RangeQueryInfo {
  const message = new kvrwset.RangeQueryInfo();
  message.setStartKey(range.startKey);
  message.setEndKey(range.endKey);
  message.setItrExhausted(range.exhausted);
  if (range.merkle) message.setReadsMerkleHashes(merkleMessage(range.merkle));
  else if (range.reads) message.setRawReads(readsMessage(range.reads));
  return message;
}

/** The KVReads of a range, which are also what the leaves of its Merkle summary are made of. */
export function readsMessage(reads: readonly KeyRead[]): ledger.rwset.kvrwset.QueryReads {
  const message = new kvrwset.QueryReads();
  message.setKvReadsList(reads.map(readMessage));
  return message;
}

function merkleMessage(merkle: NonNullable<RangeRead['merkle']>): ledger.rwset.kvrwset.QueryReadsMerkleSummary {
  const message = new kvrwset.QueryReadsMerkleSummary();
  message.setMaxDegree(merkle.maxDegree);
  message.setMaxLevel(merkle.maxLevel);
  message.setMaxLevelHashesList(merkle.hashes);
  return message;
}

function writeMessage(write: KeyWrite): ledger.rwset.kvrwset.KVWrite {
  const isDelete = write.isDelete || write.value.length === 0;
  const message = new kvrwset.KVWrite();
  message.setKey(write.key);
  message.setIsDelete(isDelete);
  if (!isDelete) message.setValue(write.value);
  return message;
}

function metadataMessage(write: MetadataWrite): ledger.rwset.kvrwset.KVMetadataWrite {
  const message = new kvrwset.KVMetadataWrite();
  message.setKey(write.key);
  message.setEntriesList(entryMessages(write.entries));
  return message;
}
