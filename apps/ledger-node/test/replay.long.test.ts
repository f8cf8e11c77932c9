// Thousands of random mixed transactions, 24 in flight: an independent replay of the block file agrees with the live state
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { independentReplay } from './independent-replay.js';
import { randomLoad } from './random-load.js';
import { scratchLedger } from './scratch-ledger.js';

const TRANSACTIONS = Number(process.env.LONG_TRANSACTIONS ?? 5_000);
const SEED = Number(process.env.LONG_SEED ?? 20_261_121);

test(`${TRANSACTIONS} random transactions (seed ${SEED}) are judged again as the node judged them`, async () => {
  const ledger = await scratchLedger();
  const { net, client } = ledger;
  try {
    const codes = await randomLoad(client.contract, { seed: SEED, transactions: TRANSACTIONS, inFlight: 24 });
    const { chain } = net.node;
    const replayed = await independentReplay(join(net.folder, 'blocks', 'chain'));
    process.stdout.write(
      `${replayed.transactions} transactions in ${replayed.height} blocks; codes ${JSON.stringify([...codes])}\n`,
    );
    expect([replayed.height, replayed.transactions]).toEqual([chain.height, TRANSACTIONS + 1]);
    for (const namespace of ['anchor', '_lifecycle'])
      expect(replayed.state.range(namespace, '', '', 9_999)).toEqual(chain.state.range(namespace, '', '', 9_999));
  } finally {
    await ledger.close();
  }
}, 900_000);
