import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createNetwork, type Network } from '#libs/fabric-network';
import { type Connection, connectLedger } from '../src/index.js';

let folder: string;
let network: Network;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-connect-'));
  network = await createNetwork(join(folder, 'ledger'), { endpoint: 'localhost:9' });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a peer that is away is no failure to connect, but UNAVAILABLE at the first call', async () => {
  const ledger = await connectLedger(network.connection);
  await expect(ledger.height()).rejects.toMatchObject({ step: 'block', code: 'UNAVAILABLE', retryable: true });
  await expect(ledger.prepare('append', {})).rejects.toMatchObject({ step: 'endorse', code: 'UNAVAILABLE' });
  await expect(ledger.status('ab', 200)).rejects.toMatchObject({ step: 'status', code: 'UNAVAILABLE' });
  ledger.close();
});

test('a missing or unreadable file is a failure of the step connect', async () => {
  const missing: Connection = { ...network.connection, privateKey: join(folder, 'none.pem') };
  await expect(connectLedger(missing)).rejects.toMatchObject({
    name: 'LedgerError',
    step: 'connect',
    retryable: false,
  });
  const path = join(folder, 'bad.pem');
  await writeFile(path, 'no key');
  await expect(connectLedger({ ...network.connection, privateKey: path })).rejects.toMatchObject({ step: 'connect' });
});

test('bytes that are no envelope cannot be submitted', async () => {
  const ledger = await connectLedger(network.connection);
  await expect(ledger.submit(Buffer.from('no envelope'), 'ab')).rejects.toMatchObject({ step: 'submit' });
  ledger.close();
});
