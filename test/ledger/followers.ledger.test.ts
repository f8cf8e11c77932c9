// Growing out of the embedded node: real peers pull its blocks, judge them for themselves, and find the same
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeBlock } from '#libs/fabric-block';
import { organizationMember } from '#libs/fabric-network';
import { recordedJudgement } from './judged-chain.js';
import type { LedgerClient } from './ledger-client.js';
import { type LedgerUnderTest, startLedger } from './ledger-under-test.js';
import { mixedLoad } from './mixed-load.js';
import { describeRealFabric } from './real-fabric.js';
import { RealPeer } from './real-peer.js';

describeRealFabric('two real peers that follow the embedded node', () => {
  let ledger: LedgerUnderTest;
  let client: LedgerClient;
  const peers: RealPeer[] = [];

  beforeAll(async () => {
    ledger = await startLedger({ embedded: true });
    client = ledger.client();
    await mixedLoad(client, 220);
    const ca = organizationMember(join(ledger.folder, 'ledger'), 'HospitalAMSP', 'peer');
    const override = { from: 'localhost:7050', to: ledger.orderer, caFile: join(ca, 'tls', 'ca.crt') };
    for (const organization of [0, 1]) {
      peers.push(await RealPeer.join(ledger.folder, ledger.network, { organization, override }));
    }
  });

  afterAll(async () => {
    await Promise.all(peers.map((peer) => peer.stop()));
    await ledger?.close();
  });

  async function agree(): Promise<number> {
    const height = await client.height();
    await Promise.all(peers.map((peer) => peer.reach(height)));
    for (let number = 1; number < height; number += 1) {
      const own = decodeBlock(await client.block(number));
      for (const peer of peers) {
        const theirs = decodeBlock(await peer.block(number));
        expect([peer.mspId, number, recordedJudgement(theirs)]).toEqual([peer.mspId, number, recordedJudgement(own)]);
        expect(Buffer.concat(theirs.data).equals(Buffer.concat(own.data))).toBe(true);
      }
    }
    return height;
  }

  test('find the same flags and COMMIT_HASH in every block that was there', async () => {
    expect(await agree()).toBeGreaterThan(20);
  });

  test('go on with it', async () => {
    await mixedLoad(client, 110);
    await agree();
  });

  test('go on after the node was killed and started again', async () => {
    await ledger.restart('SIGKILL');
    client = ledger.client();
    await mixedLoad(client, 60);
    await agree();
  });
});
