// Hyperledger Fabric 3.1, kvrwset/kv_rwset.proto: HashedRWSet, what all peers see of private data
import { ledger } from '@hyperledger/fabric-protos';
import { entryMessages } from './key-metadata.js';
import { versionMessage } from './key-version.js';
import type { CollectionSet } from './read-write-set.js';

const { kvrwset } = ledger.rwset;

/**
 * Keeps the order given: peers sort by key before hashing, so the hashes are in no order that can be told from them.
 */
export function collectionMessage(set: CollectionSet): ledger.rwset.CollectionHashedReadWriteSet {
  const content = new kvrwset.HashedRWSet();
  content.setHashedReadsList(set.reads.map(readMessage));
  content.setHashedWritesList(set.writes.map(writeMessage));
  content.setMetadataWritesList(set.metadataWrites.map(metadataMessage));
  const message = new ledger.rwset.CollectionHashedReadWriteSet();
  message.setCollectionName(set.collection);
  message.setHashedRwset(content.serializeBinary());
  message.setPvtRwsetHash(set.hash);
  return message;
}

function readMessage(read: CollectionSet['reads'][number]): ledger.rwset.kvrwset.KVReadHash {
  const message = new kvrwset.KVReadHash();
  message.setKeyHash(Buffer.from(read.keyHash, 'hex'));
  if (read.version) message.setVersion(versionMessage(read.version));
  return message;
}

function writeMessage(write: CollectionSet['writes'][number]): ledger.rwset.kvrwset.KVWriteHash {
  const message = new kvrwset.KVWriteHash();
  message.setKeyHash(Buffer.from(write.keyHash, 'hex'));
  message.setIsDelete(write.isDelete);
  message.setValueHash(write.valueHash);
  message.setIsPurge(write.isPurge);
  return message;
}

function metadataMessage(write: CollectionSet['metadataWrites'][number]): ledger.rwset.kvrwset.KVMetadataWriteHash {
  const message = new kvrwset.KVMetadataWriteHash();
  message.setKeyHash(Buffer.from(write.keyHash, 'hex'));
  message.setEntriesList(entryMessages(write.entries));
  return message;
}
