import { forge, writing } from './forged-transaction.js';
import type { LedgerClient } from './ledger-client.js';

/** Transactions of many kinds and codes, twelve at a time, so that blocks hold several. */
export async function mixedLoad(client: LedgerClient, count: number): Promise<void> {
  const { network } = client;
  await client.submit('putMany', 'range', '120', 'v');
  const kinds: ((n: number) => Promise<unknown>)[] = [
    (n) => client.submit('put', `k${n % 7}`, `v${n}`),
    () => client.submit('add', 'hot', '1'),
    (n) => client.submit('rangeThenPut', 'range', 'rangf', `range000${n % 5}x`),
    (n) => client.submit('delete', `k${n % 7}`),
    (n) => client.submit('putWithPolicy', `p${n % 3}`, 'v', n % 2 ? 'HospitalAMSP' : 'HospitalBMSP'),
    () => client.orderEnvelope(forge(network, { results: writing('k', 'v', 'lscc') })),
    (n) => client.orderEnvelope(forge(network, { endorsers: [], results: writing(`k${n}`, 'v') })),
    (n) => client.submit('put', `p${n % 3}`, `${n}`),
    (n) => client.submit('event', `e${n}`, 'p'),
    (n) => client.submit('putBig', `big${n % 2}`, '7000'),
    (n) => client.orderEnvelope(forge(network, { header: { epoch: 1 + n } })),
  ];
  const worker = async (first: number) => {
    for (let n = first; n < count; n += 12) await kinds[n % kinds.length]!(n);
  };
  await Promise.all(Array.from({ length: 12 }, (_, index) => worker(index)));
}
