// Fabric GetHistoryForKey: the changes of a key by valid transactions, newest first, read back from the blocks
import { ledger } from '@hyperledger/fabric-protos';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { decodeBlock, decodeEnvelope, type StateUpdate, type Version } from '#libs/fabric-block';
import type { ResultSource } from '../chaincode/result-iterator.js';
import { transactionSets } from './transaction-sets.js';

/** Which transactions changed a key. */
export class HistoryIndex {
  private readonly changes = new Map<string, Version[]>();

  private list(namespace: string, key: string): Version[] {
    const name = `${namespace}\u0000${key}`;
    const list = this.changes.get(name) ?? [];
    this.changes.set(name, list);
    return list;
  }

  /** The writes of the valid transaction at this height. */
  add(keys: Iterable<Pick<StateUpdate, 'namespace' | 'key'>>, version: Version): void {
    for (const { namespace, key } of keys) this.list(namespace, key).push(version);
  }

  get(namespace: string, key: string): readonly Version[] {
    return this.changes.get(`${namespace}\u0000${key}`) ?? [];
  }
}

function modification(block: Uint8Array, index: number, namespace: string, key: string): Uint8Array {
  const envelope = decodeEnvelope(decodeBlock(block).data[index]!);
  const set = transactionSets(envelope).find((candidate) => candidate.namespace === namespace);
  const write = set?.writes.find((candidate) => candidate.key === key);
  const message = new ledger.queryresult.KeyModification();
  message.setTxId(envelope.channelHeader.txId);
  message.setValue(write?.value ?? new Uint8Array());
  message.setIsDelete(write === undefined || write.isDelete || write.value.length === 0);
  const { seconds = 0, nanos = 0 } = envelope.channelHeader.timestamp ?? {};
  const at = new timestamp.Timestamp();
  at.setSeconds(seconds);
  at.setNanos(nanos);
  message.setTimestamp(at);
  return message.serializeBinary();
}

/** The changes that were there when it was made. */
export function keyHistory(
  changes: readonly Version[],
  block: (number: number) => Promise<Uint8Array>,
  namespace: string,
  key: string,
): ResultSource {
  let left = changes.length;
  return {
    async next() {
      if (left === 0) return undefined;
      left -= 1;
      const { block: number, transaction } = changes[left]!;
      return modification(await block(number), transaction, namespace, key);
    },
    bookmark: () => '',
  };
}
