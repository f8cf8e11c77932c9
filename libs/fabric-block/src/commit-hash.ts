// Hyperledger Fabric 3.1, core/ledger/kvledger: COMMIT_HASH of a block, by which two peers see that they agree
import { sha256 } from './sha256.js';
import type { StateKey, StateUpdate } from './update-batch.js';
import { compareUtf8 } from './utf8-order.js';

/**
 * SHA-256(uvarint(number of flags) || flags || update batch || commit hash of the block before). The first block that
 * has one is block 1: give `previous` undefined there. The batch holds each key once, in the order of namespaces,
 * collections (public keys first) and keys; metadata of keys are not part of it, nor is the channel configuration.
 */
export function commitHash(
  flags: Uint8Array,
  updates: readonly StateUpdate[],
  previous: Uint8Array | undefined,
): Uint8Array {
  return sha256(uvarint(flags.length), flags, batchBytes(updates), previous ?? new Uint8Array());
}

/** The peer's internal message, which no published protocol file holds: repeated field 1, one entry a key. */
function batchBytes(updates: readonly StateUpdate[]): Buffer {
  const sorted = updates.filter(({ namespace }) => namespace !== '').toSorted(compareKeys);
  return Buffer.concat(sorted.map((update, index) => field(1, entryBytes(update, sorted[index - 1]))));
}

function compareKeys(a: StateKey, b: StateKey): number {
  return (
    compareUtf8(a.namespace, b.namespace) ||
    compareUtf8(a.collection ?? '', b.collection ?? '') ||
    compareUtf8(a.key, b.key)
  );
}

/** Fields: 1 namespace and 2 collection (only where they begin), 3 key, 4 deleted, 5 value, 6 version. */
function entryBytes(update: StateUpdate, before: StateUpdate | undefined): Buffer {
  const sameNamespace = before?.namespace === update.namespace;
  const sameCollection = sameNamespace && before?.collection === update.collection;
  return Buffer.concat([
    field(1, Buffer.from(sameNamespace ? '' : update.namespace)),
    field(2, Buffer.from(sameCollection ? '' : (update.collection ?? ''))),
    field(3, Buffer.from(update.key, update.collection === undefined ? 'utf8' : 'hex')),
    update.value === undefined ? Buffer.from([4 << 3, 1]) : Buffer.alloc(0),
    field(5, update.value ?? new Uint8Array()),
    field(6, Buffer.concat([ordered(update.version.block), ordered(update.version.transaction)])),
  ]);
}

/** A length-delimited protobuf field; nothing for an empty one. */
function field(number: number, content: Uint8Array): Buffer {
  if (content.length === 0) return Buffer.alloc(0);
  return Buffer.concat([Buffer.from([(number << 3) | 2]), uvarint(content.length), content]);
}

/** Order-preserving form of a number: count of its big-endian bytes, then those bytes. */
function ordered(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  const start = bytes.findIndex((byte) => byte !== 0);
  return start < 0 ? Buffer.from([0]) : Buffer.concat([Buffer.from([8 - start]), bytes.subarray(start)]);
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
