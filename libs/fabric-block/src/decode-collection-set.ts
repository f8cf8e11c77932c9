// Hyperledger Fabric 3.1, kvrwset/kv_rwset.proto: HashedRWSet, what all peers see of private data
import { ledger } from '@hyperledger/fabric-protos';
import { decodeMessage } from './canonical-message.js';
import { readEntries } from './key-metadata.js';
import { readVersion } from './key-version.js';
import type { CollectionSet } from './read-write-set.js';

/** Throws BlockError MALFORMED. */
export function collectionSet(message: ledger.rwset.CollectionHashedReadWriteSet): CollectionSet {
  const { HashedRWSet } = ledger.rwset.kvrwset;
  const content = decodeMessage(HashedRWSet, message.getHashedRwset_asU8(), 'hashed read-write set of a collection');
  return {
    collection: message.getCollectionName(),
    reads: content.getHashedReadsList().map((read) => ({
      keyHash: hex(read.getKeyHash_asU8()),
      version: readVersion(read.getVersion()),
    })),
    writes: content.getHashedWritesList().map((write) => ({
      keyHash: hex(write.getKeyHash_asU8()),
      valueHash: write.getValueHash_asU8(),
      isDelete: write.getIsDelete(),
      isPurge: write.getIsPurge(),
    })),
    metadataWrites: content.getMetadataWritesList().map((write) => ({
      keyHash: hex(write.getKeyHash_asU8()),
      entries: readEntries(write),
    })),
    hash: message.getPvtRwsetHash_asU8(),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
