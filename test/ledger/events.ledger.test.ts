// Hyperledger Fabric 3.1 documentation, "Fabric Gateway", chaincode events

import { type ChaincodeEvent, type ChaincodeEventsOptions, checkpointers } from '@hyperledger/fabric-gateway';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signingIdentity } from '#libs/fabric-block';
import { issueCertificate, makeAuthority } from '#libs/fabric-network';
import { LedgerClient, refusal } from './ledger-client.js';
import { CHAINCODE, type LedgerUnderTest, startLedger } from './ledger-under-test.js';

let ledger: LedgerUnderTest;
let client: LedgerClient;

beforeAll(async () => {
  ledger = await startLedger();
  client = ledger.client();
});

afterAll(() => ledger?.close());

/** The next events, as many as are wanted. */
async function next(count: number, options?: ChaincodeEventsOptions, act?: () => Promise<unknown>): Promise<string[]> {
  const events = await client.channel.getChaincodeEvents(CHAINCODE, options);
  const seen: string[] = [];
  try {
    // What is read from now on begins when the ledger has opened the stream: it says so with its first answer only.
    const reading = read(events, count, seen);
    await act?.();
    await reading;
  } finally {
    events.close();
  }
  return seen;
}

async function read(events: AsyncIterable<ChaincodeEvent>, count: number, seen: string[]): Promise<void> {
  for await (const event of events) {
    seen.push(`${event.eventName}=${Buffer.from(event.payload).toString('utf8')}`);
    if (seen.length === count) return;
  }
}

describe('chaincode events', () => {
  test('come with name, payload, chaincode, block and transaction', async () => {
    const { txId, block } = await client.submit('event', 'admitted', 'p1');
    const events = await client.channel.getChaincodeEvents(CHAINCODE, { startBlock: BigInt(block) });
    for await (const event of events) {
      expect({ ...event, payload: Buffer.from(event.payload).toString('utf8') }).toEqual({
        blockNumber: BigInt(block),
        chaincodeName: CHAINCODE,
        eventName: 'admitted',
        payload: 'p1',
        transactionId: txId,
      });
      break;
    }
    events.close();
  });

  test('are replayed from any block, in their order', async () => {
    const { block } = await client.submit('event', 'one', '1');
    await client.submit('event', 'two', '2');
    await client.submit('put', 'without', 'event');
    await client.submit('event', 'three', '3');
    expect(await next(3, { startBlock: BigInt(block) })).toEqual(['one=1', 'two=2', 'three=3']);
  });

  test('come as they happen', async () => {
    const { block } = await client.submit('put', 'mark', 'v');
    const live = next(2, { startBlock: BigInt(block + 1) });
    await client.submit('event', 'live', '1');
    await client.submit('event', 'live', '2');
    expect(await live).toEqual(['live=1', 'live=2']);
  });

  test('go on behind a checkpoint, none twice and none lost', async () => {
    const checkpoint = checkpointers.inMemory();
    const { block } = await client.submit('event', 'c', '1');
    for (const payload of ['2', '3', '4']) await client.submit('event', 'c', payload);
    const events = await client.channel.getChaincodeEvents(CHAINCODE, { startBlock: BigInt(block) });
    const seen: string[] = [];
    for await (const event of events) {
      seen.push(Buffer.from(event.payload).toString('utf8'));
      await checkpoint.checkpointChaincodeEvent(event);
      if (seen.length === 2) break;
    }
    events.close();
    expect(seen).toEqual(['1', '2']);
    expect(await next(2, { checkpoint })).toEqual(['c=3', 'c=4']);
  });

  test('go on within a block', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => client.submit('event', 'b', `${index}`)),
    );
    const start = BigInt(Math.min(...outcomes.map(({ block }) => block)));
    const all = await next(8, { startBlock: start });
    const events = await client.channel.getChaincodeEvents(CHAINCODE, { startBlock: start });
    const checkpoint = checkpointers.inMemory();
    let count = 0;
    for await (const event of events) {
      await checkpoint.checkpointChaincodeEvent(event);
      count += 1;
      if (count === 3) break;
    }
    events.close();
    expect(await next(5, { checkpoint })).toEqual(all.slice(3));
  });

  test('of transactions that lost are not told', async () => {
    const { block } = await client.submit('put', 'contested', '');
    const first = await client.endorse('eventAfterRead', 'contested', 'won');
    const second = await client.endorse('eventAfterRead', 'contested', 'lost');
    expect((await client.order(first)).code).toBe('VALID');
    expect((await client.order(second)).code).toBe('MVCC_READ_CONFLICT');
    await client.submit('event', 'after', 'x');
    expect(await next(2, { startBlock: BigInt(block) })).toEqual(['won=', 'after=x']);
  });

  test('are one a transaction: the last that was set', async () => {
    const { block } = await client.submit('twoEvents');
    await client.submit('event', 'after', 'x');
    expect(await next(2, { startBlock: BigInt(block) })).toEqual(['second=2', 'after=x']);
  });

  test('of another chaincode are not told', async () => {
    const { block } = await client.submit('event', 'own', '1');
    const events = await client.channel.getChaincodeEvents('anchor', { startBlock: BigInt(block) });
    let seen = 0;
    const reading = (async () => {
      for await (const _ of events) seen += 1;
    })();
    await client.submit('event', 'own', '2');
    await new Promise((resolve) => setTimeout(resolve, 300));
    events.close();
    await reading.catch(() => undefined); // cancelled
    expect(seen).toBe(0);
  });

  test('are told to the other organisation, too', async () => {
    const other = ledger.client(1);
    const { block } = await client.submit('event', 'far', '1');
    const events = await other.channel.getChaincodeEvents(CHAINCODE, { startBlock: BigInt(block) });
    for await (const event of events) {
      expect(event.eventName).toBe('far');
      break;
    }
    events.close();
  });

  test('are not told to strangers', async () => {
    const year = 365 * 24 * 3_600_000;
    const validity = { notBefore: new Date(Date.now() - year), notAfter: new Date(Date.now() + year) };
    const ca = await makeAuthority('O=HospitalA, CN=ca.HospitalA', validity);
    const subject = 'O=HospitalA, OU=client, CN=client.HospitalA';
    const { certificate, privateKey } = await issueCertificate(ca, { subject, validity });
    const identity = signingIdentity({ mspId: 'HospitalAMSP', certificate }, privateKey);
    const stranger = new LedgerClient(ledger.network, { address: ledger.gateways[0]!, organization: 0, identity });
    const events = await stranger.channel.getChaincodeEvents(CHAINCODE, { startBlock: 0n });
    const reading = (async () => {
      for await (const _ of events) break;
    })();
    expect((await refusal(reading)).code).toBe('PERMISSION_DENIED');
    stranger.close();
  });
});
