// Hyperledger Fabric 3.1: what has been committed is there after every restart

import { checkpointers } from '@hyperledger/fabric-gateway';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeBlock } from '#libs/fabric-block';
import { judge, recordedJudgement } from './judged-chain.js';
import { envelopeOf, type LedgerClient, type Outcome } from './ledger-client.js';
import { CHAINCODE, type LedgerUnderTest, startLedger } from './ledger-under-test.js';
import { codesOf } from './opened-transaction.js';

let ledger: LedgerUnderTest;
let before: {
  client: LedgerClient;
  outcome: Outcome;
  event: Outcome;
  height: number;
  envelope: Uint8Array;
  last: Uint8Array;
};
let pending: Uint8Array;

beforeAll(async () => {
  ledger = await startLedger();
  const client = ledger.client();
  const { identity } = ledger.network.organizations[0]!.client;
  await client.submit('putMany', 'k', '150', 'v');
  await client.submit('putWithPolicy', 'of A', '1', 'HospitalAMSP');
  const event = await client.submit('event', 'e', '1');
  const envelope = await envelopeOf(await client.endorse('add', 'sum', '5'), identity);
  const outcome = await client.orderEnvelope(envelope);
  pending = await envelopeOf(await client.endorse('add', 'sum', '1'), identity);
  const height = await client.height();
  before = { client, outcome, event, height, envelope, last: await client.block(height - 1) };
  await ledger.restart('SIGKILL');
}, 120_000);

afterAll(() => ledger?.close());

describe('after a restart', () => {
  test('the chain is as long, and its last block the same', async () => {
    const client = ledger.client();
    expect(await client.height()).toBe(before.height);
    expect(Buffer.from(await client.block(before.height - 1)).equals(before.last)).toBe(true);
  });

  test('the state is the same: values, ranges, history, policies of keys', async () => {
    const client = ledger.client();
    expect(await client.evaluate('get', 'sum')).toBe('5');
    expect(JSON.parse(await client.evaluate('range', 'k', 'l', '1000')).length).toBe(150);
    expect(JSON.parse(await client.evaluate('history', 'sum'))).toEqual([
      { value: '5', isDelete: false, txId: before.outcome.txId },
    ]);
    expect(JSON.parse(await client.evaluate('policyOf', 'of A'))).toEqual(['HospitalAMSP']);
  });

  test('a client that was connected before goes on', async () => {
    await before.client.whenEndorsed();
    expect(await before.client.evaluate('get', 'sum')).toBe('5');
  });

  test('the status of an old transaction is known', async () => {
    expect(await ledger.client().status(before.outcome.txId)).toEqual(before.outcome);
  });

  test('what was endorsed before can be ordered, and is judged by versions of before', async () => {
    expect(await ledger.client().orderEnvelope(pending)).toMatchObject({ code: 'VALID' });
    expect(await ledger.client().evaluate('get', 'sum')).toBe('6');
  });

  test('an old envelope is still a duplicate', async () => {
    const client = ledger.client();
    await client.submitEnvelope(before.envelope);
    const { block } = await client.submit('put', 'after', 'v');
    const later = [];
    for (let number = before.height; number <= block; number += 1) later.push(...(await codesOf(client, number)));
    expect(later.find(([txId]) => txId === before.outcome.txId)?.[1]).toBe('DUPLICATE_TXID');
  });

  test('events go on behind the checkpoint of before', async () => {
    const client = ledger.client();
    const checkpoint = checkpointers.inMemory();
    await checkpoint.checkpointTransaction(BigInt(before.event.block), before.event.txId);
    await client.submit('event', 'e', '2');
    const events = await client.channel.getChaincodeEvents(CHAINCODE, { checkpoint });
    for await (const event of events) {
      expect(Buffer.from(event.payload).toString('utf8')).toBe('2');
      break;
    }
    events.close();
  });

  test('the COMMIT_HASHes go on where they ended', async () => {
    const client = ledger.client();
    const height = await client.height();
    const blocks = await Promise.all(Array.from({ length: height }, (_, number) => client.block(number)));
    expect(judge(blocks)).toEqual(blocks.slice(1).map((bytes) => recordedJudgement(decodeBlock(bytes))));
  });
});
