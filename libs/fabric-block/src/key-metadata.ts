// Hyperledger Fabric 3.1, kvrwset/kv_rwset.proto: KVMetadataWrite, KVMetadataEntry
import { ledger } from '@hyperledger/fabric-protos';
import { decodeMessage } from './canonical-message.js';
import type { MetadataWrite } from './read-write-set.js';
import { compareUtf8 } from './utf8-order.js';

type Entries = MetadataWrite['entries'];
type EntryMessage = ledger.rwset.kvrwset.KVMetadataEntry;

/** Metadata entries in the order of their names. */
export function entryMessages(entries: Entries): EntryMessage[] {
  const sorted = entries.toSorted((a, b) => compareUtf8(a.name, b.name));
  return sorted.map(({ name, value }) => {
    const entry = new ledger.rwset.kvrwset.KVMetadataEntry();
    entry.setName(name);
    entry.setValue(value);
    return entry;
  });
}

/** Entries of a metadata write to a key, or to the hash of one. */
export function readEntries(write: { getEntriesList(): EntryMessage[] }): Entries {
  return write.getEntriesList().map((entry) => ({ name: entry.getName(), value: entry.getValue_asU8() }));
}

/** What a peer keeps as the metadata of a key: the entries in the order of their names. */
export function encodeStateMetadata(entries: Entries): Uint8Array {
  const message = new ledger.rwset.kvrwset.KVMetadataWrite();
  message.setEntriesList(entryMessages(entries));
  return message.serializeBinary();
}

/** The entries that `encodeStateMetadata` kept. Throws BlockError MALFORMED. */
export function decodeStateMetadata(bytes: Uint8Array): Entries {
  return readEntries(decodeMessage(ledger.rwset.kvrwset.KVMetadataWrite, bytes, 'metadata of a key'));
}
