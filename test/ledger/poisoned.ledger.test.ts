// Hyperledger Fabric 3.1 documentation, "Ledger": whatever one member gets into a block, what stands beside it proves what it proves
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeEnvelope, encodeEnvelope, openBlock } from '#libs/fabric-block';
import { type Forgery, forge, writing } from './forged-transaction.js';
import type { LedgerClient } from './ledger-client.js';
import { type LedgerUnderTest, startLedger } from './ledger-under-test.js';

let ledger: LedgerUnderTest;
let client: LedgerClient;

beforeAll(async () => {
  ledger = await startLedger();
  client = ledger.client();
});

afterAll(() => ledger?.close());

/** Its payload has a field that nobody knows, under a good signature. */
function withUnknownField(): Uint8Array {
  const { payload } = decodeEnvelope(forge(ledger.network, {}));
  const longer = Buffer.concat([payload, Buffer.of(0x78, 0x01)]);
  const { sign } = ledger.network.organizations[0]!.client.identity;
  return encodeEnvelope({ payload: longer, signature: sign(longer) });
}

function at(seconds: number): Forgery {
  return { header: { timestamp: { seconds, nanos: 0 } } };
}

const forgeries: [string, () => Uint8Array][] = [
  ['a field that nobody knows', withUnknownField],
  ['no time', () => forge(ledger.network, { header: { timestamp: undefined } })],
  ['a time in the year 9000', () => forge(ledger.network, at(221_845_392_000))],
  ['a time at which no certificate was in date', () => forge(ledger.network, at(1))],
  ['a status of 500', () => forge(ledger.network, { status: 500 })],
  ['writes to another namespace', () => forge(ledger.network, { results: writing('k', 'v', '_lifecycle') })],
  ['results that are no read-write set', () => forge(ledger.network, { results: Uint8Array.of(255, 255, 255) })],
  ['two actions', () => forge(ledger.network, { actions: (action) => [action, action] })],
];

/** Those that this ledger takes: what it does not is in no block. */
async function ordered([name, make]: (typeof forgeries)[number]): Promise<string> {
  const envelope = make();
  return client.submitEnvelope(envelope, idOf(envelope)).then(
    () => name,
    () => '',
  );
}

function idOf(envelope: Uint8Array): string {
  return /[0-9a-f]{64}/.exec(Buffer.from(envelope).toString('latin1'))![0];
}

test('all that a member sends beside honest transactions leaves every block open, and these proven', async () => {
  const taken: string[] = [];
  const honest: string[] = [];
  for (const forgery of forgeries) {
    const [name, { txId }] = await Promise.all([ordered(forgery), client.submit('put', `beside ${forgery[0]}`, 'v')]);
    taken.push(name);
    honest.push(txId);
  }
  expect(taken).toEqual(
    expect.arrayContaining(['no time', 'a time in the year 9000', 'a status of 500', 'two actions']),
  );
  const proven: string[] = [];
  for (let number = 1; number < (await client.height()); number += 1) {
    const { transactions } = openBlock(await client.block(number), ledger.network.trust);
    for (const { txId, unproven, namespaceWrites } of transactions)
      if (!unproven && namespaceWrites.length > 0) proven.push(txId);
  }
  expect(proven).toEqual(expect.arrayContaining(honest));
});
