// What the node holds is what anyone finds who judges its blocks again from the genesis block alone
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { independentReplay } from './independent-replay.js';
import { randomLoad } from './random-load.js';
import { type ScratchLedger, scratchLedger } from './scratch-ledger.js';

let ledger: ScratchLedger;

beforeAll(async () => {
  ledger = await scratchLedger();
});

afterAll(() => ledger.close());

test('flags, COMMIT_HASH and state of a mixed load, twenty-four at a time, are found again', async () => {
  const { net, client } = ledger;
  const codes = await randomLoad(client.contract, { seed: 20_261_121, transactions: 240, inFlight: 24 });
  for (const expected of [0, 10, 11]) expect(codes.get(expected)).toBeGreaterThan(0); // VALID, policy, MVCC
  const { chain } = net.node;
  const replayed = await independentReplay(join(net.folder, 'blocks', 'chain'));
  expect([replayed.height, replayed.transactions]).toEqual([chain.height, 241]);
  for (const namespace of ['anchor', '_lifecycle'])
    expect(replayed.state.range(namespace, '', '', 999)).toEqual(chain.state.range(namespace, '', '', 999));
});
