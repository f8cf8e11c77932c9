// Fabric GetHistoryForKey: the changes of a key by valid transactions, newest first, read back from the blocks
import { ledger } from '@hyperledger/fabric-protos';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import {
  blockFlags,
  decodeBlock,
  decodeEnvelope,
  type KeyWrite,
  type StateKey,
  VALIDATION_CODE,
} from '#libs/fabric-block';
import type { ResultSource } from '../chaincode/result-iterator.js';
import { transactionSets } from './transaction-sets.js';

type Envelope = ReturnType<typeof decodeEnvelope>;

function modification({ channelHeader }: Envelope, { value, isDelete }: KeyWrite): Uint8Array {
  const message = new ledger.queryresult.KeyModification();
  message.setTxId(channelHeader.txId);
  message.setValue(value);
  message.setIsDelete(isDelete || value.length === 0);
  const at = new timestamp.Timestamp();
  at.setSeconds(channelHeader.timestamp?.seconds ?? 0);
  at.setNanos(channelHeader.timestamp?.nanos ?? 0);
  message.setTimestamp(at);
  return message.serializeBinary();
}

/** What the valid transactions of one block did to the key, the last first. */
function modifications(stored: Uint8Array, namespace: string, key: string): Uint8Array[] {
  const block = decodeBlock(stored);
  const flags = blockFlags(block);
  const valid = block.data.filter((_, index) => flags[index] === VALIDATION_CODE.VALID).map(decodeEnvelope);
  return valid.reverse().flatMap((envelope) => {
    const set = transactionSets(envelope).find((candidate) => candidate.namespace === namespace);
    const write = set?.writes.find((candidate) => candidate.key === key);
    return write ? [modification(envelope, write)] : [];
  });
}

/** The changes in the given blocks. */
export function keyHistory(
  blocks: Iterable<number>,
  read: (number: number) => Promise<Uint8Array>,
  { namespace, key }: StateKey,
): ResultSource {
  const changes = (async function* () {
    for (const block of blocks) yield* modifications(await read(block), namespace, key);
  })();
  return {
    next: async () => (await changes.next()).value ?? undefined,
    bookmark: () => '',
  };
}
