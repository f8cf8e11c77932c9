import {
  blockFlags,
  decodeBlock,
  decodeEnvelope,
  decodeReadWriteSet,
  decodeResponsePayload,
  decodeTransaction,
  type Endorsement,
  type Envelope,
  type NamespaceSet,
  type RangeRead,
  type TransactionAction,
  type Version,
  validationCode,
} from '#libs/fabric-block';
import type { LedgerClient } from './ledger-client.js';
import { CHAINCODE } from './ledger-under-test.js';

export interface Opened {
  envelope: Envelope;
  action: TransactionAction;
  endorsements: Endorsement[];
  sets: NamespaceSet[];
  event: { name: string; payload: string; chaincode: string; txId: string } | undefined;
  chaincode: { name: string; version: string };
  response: { status: number; message: string; payload: string };
}

/** The one action of an endorser transaction, taken apart. */
export function openTransaction(bytes: Uint8Array): Opened {
  const envelope = decodeEnvelope(bytes);
  const action = decodeTransaction(envelope.data)[0]!;
  const { results, event, chaincode, response } = decodeResponsePayload(action.responsePayload).action;
  return {
    envelope,
    action,
    endorsements: action.endorsements,
    sets: decodeReadWriteSet(results),
    event: event && { ...event, payload: Buffer.from(event.payload).toString('utf8') },
    chaincode,
    response: { ...response, payload: Buffer.from(response.payload).toString('utf8') },
  };
}

const version = ({ block, transaction }: Version) => `${block}.${transaction}`;

function shownRange({ startKey, endKey, exhausted, reads, merkle }: RangeRead) {
  return {
    from: startKey,
    to: endKey,
    exhausted,
    reads: reads?.map(({ key }) => key),
    ...(merkle && { merkle: { ...merkle, hashes: merkle.hashes.length } }),
  };
}

/** What the test contract read and wrote, in a form to compare. */
export function ownSet(bytes: Uint8Array): Record<string, unknown> | undefined {
  const own = openTransaction(bytes).sets.find(({ namespace }) => namespace === CHAINCODE);
  if (!own) return undefined;
  const { reads, writes, ranges, metadataWrites } = own;
  return {
    reads: reads.map((read) => [read.key, read.version && version(read.version)]),
    writes: writes.map(({ key, value, isDelete }) => [key, isDelete ? null : Buffer.from(value).toString('utf8')]),
    ...(ranges.length > 0 && { ranges: ranges.map(shownRange) }),
    ...(metadataWrites.length > 0 && {
      metadata: metadataWrites.map(({ key, entries }) => [key, entries.map(({ name }) => name)]),
    }),
  };
}

/** Codes of a block's transactions by their id, in their order. */
export async function codesOf(client: LedgerClient, number: number): Promise<[txId: string, code: string][]> {
  const block = decodeBlock(await client.block(number));
  const flags = blockFlags(block);
  return block.data.map((bytes, index) => [
    decodeEnvelope(bytes).channelHeader.txId,
    validationCode(flags[index] ?? -1),
  ]);
}
