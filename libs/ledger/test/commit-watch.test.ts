// Fabric deliver service, whole blocks: what is told of a transaction, and what has to be asked
import { PassThrough } from 'node:stream';
import { common, peer } from '@hyperledger/fabric-protos';
import { expect, test } from '@jest/globals';
import { encodeBlock, encodeChannelHeader, encodeEnvelope, encodePayload } from '#libs/fabric-block';
import { ASK, CommitWatch } from '../src/commit-watch.js';

const { VALID, MVCC_READ_CONFLICT, DUPLICATE_TXID } = peer.TxValidationCode;
type Code = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap];

const none = new Uint8Array();

function envelopeOf(txId: string): Uint8Array {
  const channelHeaderBytes = encodeChannelHeader({ txId });
  return encodeEnvelope({
    payload: encodePayload({ channelHeaderBytes, signatureHeaderBytes: none, data: none }),
    signature: none,
  });
}

function blockOf(number: number, data: Uint8Array[], flags: number[]): Uint8Array {
  return encodeBlock({
    number,
    previousHash: none,
    dataHash: none,
    data,
    metadata: [none, none, Uint8Array.from(flags), none, none],
  });
}

/** A peer that tells what a test lets it tell. */
class Peer {
  opened = 0;
  private stream = new PassThrough({ objectMode: true });

  readonly open = async () => {
    this.opened += 1;
    const stream = new PassThrough({ objectMode: true });
    this.stream = stream;
    return { [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](), close: () => void stream.end() } as never;
  };

  async tell(number: number, ...transactions: [txId: string, code: Code][]): Promise<Uint8Array> {
    const block = blockOf(
      number,
      transactions.map(([txId]) => envelopeOf(txId)),
      transactions.map(([, code]) => code),
    );
    await this.send(block);
    return block;
  }

  async send(block: Uint8Array): Promise<void> {
    this.stream.write(common.Block.deserializeBinary(block));
    await new Promise((resolve) => setImmediate(resolve));
  }

  async fail(): Promise<void> {
    this.stream.destroy(new Error('gone'));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function listening(): Promise<{ peer: Peer; watch: CommitWatch }> {
  const told = new Peer();
  const watch = new CommitWatch(told.open);
  watch.expect('before');
  await new Promise((resolve) => setImmediate(resolve));
  await told.tell(4);
  return { peer: told, watch };
}

test('a transaction that is sent after a block has been heard is told with its code and block', async () => {
  const { peer: told, watch } = await listening();
  watch.expect('a');
  watch.expect('b');
  const waiting = watch.status('a', 5_000);
  await told.tell(5, ['other', VALID], ['a', VALID], ['b', MVCC_READ_CONFLICT]);
  expect(await waiting).toEqual({ code: 'VALID', blockNumber: 5n });
  expect(await watch.status('b', 5_000)).toEqual({ code: 'MVCC_READ_CONFLICT', blockNumber: 5n });
  expect(told.opened).toBe(1);
  watch.close();
});

test('what was sent before the first block was heard, or by someone else, has to be asked', async () => {
  const { watch } = await listening();
  expect(await watch.status('before', 5_000)).toBe(ASK);
  expect(await watch.status('of another process', 5_000)).toBe(ASK);
  watch.close();
});

test('what became of a copy says nothing of the transaction: it has to be asked', async () => {
  const { peer: told, watch } = await listening();
  watch.expect('a');
  await told.tell(5, ['a', DUPLICATE_TXID]);
  expect(await watch.status('a', 5_000)).toBe(ASK);
  watch.close();
});

test('the first that is told of an id holds, also where a copy stands behind it', async () => {
  const { peer: told, watch } = await listening();
  watch.expect('a');
  watch.expect('a');
  await told.tell(5, ['a', VALID], ['a', DUPLICATE_TXID]);
  expect(await watch.status('a', 5_000)).toEqual({ code: 'VALID', blockNumber: 5n });
  watch.close();
});

test('a transaction that no block brings in time is undefined, and has to be asked after that', async () => {
  const { watch } = await listening();
  watch.expect('a');
  expect(await watch.status('a', 5)).toBeUndefined();
  expect(await watch.status('a', 5_000)).toBe(ASK);
  watch.close();
});

test('all that is open when the stream ends has to be asked, and so has what is sent then', async () => {
  const { peer: told, watch } = await listening();
  watch.expect('a');
  const waiting = watch.status('a', 5_000);
  watch.expect('b');
  await told.fail();
  expect(await waiting).toBe(ASK);
  expect(await watch.status('b', 5_000)).toBe(ASK);
  watch.expect('c');
  expect(await watch.status('c', 5_000)).toBe(ASK);
});

test('of more than 2,000 transactions that nobody asks for the oldest are forgotten', async () => {
  const { peer: told, watch } = await listening();
  for (let number = 0; number <= 2_000; number += 1) watch.expect(`${number}`);
  await told.tell(5, ['0', VALID], ['1', VALID]);
  expect(await watch.status('0', 5_000)).toBe(ASK);
  expect(await watch.status('1', 5_000)).toMatchObject({ code: 'VALID' });
  watch.close();
});

test('the block of a transaction that was found VALID is kept until it is asked for, and given once', async () => {
  const { peer: told, watch } = await listening();
  watch.expect('a');
  watch.expect('b');
  const block = await told.tell(5, ['other', VALID], ['a', VALID], ['b', MVCC_READ_CONFLICT]);
  expect(watch.block('a')).toEqual(block);
  expect(watch.block('a')).toBeUndefined();
  expect(watch.block('b')).toBeUndefined();
  expect(watch.block('other')).toBeUndefined();
  watch.close();
});

test('no more than four blocks are kept: the oldest give way', async () => {
  const { peer: told, watch } = await listening();
  for (let number = 1; number <= 5; number += 1) {
    watch.expect(`${number}`);
    await told.tell(number, [`${number}`, VALID]);
  }
  expect(watch.block('1')).toBeUndefined();
  expect(watch.block('2')).toBeDefined();
  watch.close();
});

test('an envelope that cannot be read, and a block without flags, say nothing of ours', async () => {
  const { peer: told, watch } = await listening();
  watch.expect('a');
  watch.expect('b');
  await told.send(blockOf(5, [Uint8Array.of(255, 255), envelopeOf('a')], [VALID, VALID]));
  await told.send(blockOf(6, [envelopeOf('b')], []));
  expect(await watch.status('a', 5_000)).toEqual({ code: 'VALID', blockNumber: 5n });
  expect(await watch.status('b', 5_000)).toBe(ASK);
  watch.close();
});
