// `holdfast network` with the programs that Fabric publishes
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  approvedDefinition,
  chaincodePackage,
  committedDefinition,
  deployChaincode,
  OrdererConnection,
  openNetwork,
  PeerConnection,
  readConnection,
} from '#libs/fabric-network';
import { connectLedger } from '#libs/ledger';
import { CompactRange, leafHash } from '#libs/merkle';
import { freeBase, isFree, runProgram } from './program.js';
import { describeRealFabric } from './real-fabric.js';

const CLI = 'dist/apps/holdfast/src/main.js';
describeRealFabric('a network of two hospitals', () => {
  let folder: string;
  let port: number;
  const network = (...args: string[]) =>
    runProgram(CLI, ['network', ...args], { DATA_DIR: folder, FABRIC_BIN: process.env.FABRIC_BIN });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-network-'));
    port = await freeBase([0, 1, 3, 4, 1001, 2001]);
  });

  afterAll(async () => {
    await network('down').catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  /** Appends a batch of one leaf, by the gateway client that the worker uses. */
  async function append(site: string): Promise<string | undefined> {
    const ledger = await connectLedger(await readConnection(join(folder, 'ledger')));
    const leaf = leafHash(Buffer.from(site));
    const range = CompactRange.of(0, []);
    range.append(leaf);
    const leaves = Buffer.concat([Buffer.of(1), leaf]).toString('base64');
    try {
      const root = range.root().toString('base64');
      const { txId, envelope } = await ledger.prepare('append', { site, first: 0, size: 1, leaves, root });
      await ledger.submit(envelope, txId);
      return (await ledger.status(txId, 20_000))?.code;
    } finally {
      ledger.close();
    }
  }

  test('goes from nothing to the first transaction that both endorsed in seconds', async () => {
    const begun = Date.now();
    const said = await network('up', '--port', String(port));
    expect(await append('site-a')).toBe('VALID');
    const seconds = (Date.now() - begun) / 1000;
    process.stdout.write(`From nothing to the first transaction endorsed by both: ${seconds.toFixed(2)} s\n`);
    expect(said).toMatch(/The network is ready after [\d.]+ s/);
    expect(seconds).toBeLessThan(20);
  });

  test('says what each node says of itself', async () => {
    const said = await network('status');
    expect(said).toMatch(/orderer .* active, 4 blocks/);
    expect(said.match(/anchor version 1, sequence 1/g)).toHaveLength(2);
  });

  test('is started once, however often one asks', async () => {
    expect(await network('up')).toMatch(/runs already/);
  });

  test('is stopped, keeps its data, and is started on them again', async () => {
    await network('down');
    await expect(network('status')).rejects.toThrow(/does not answer/);
    await network('up');
    expect(await network('status')).toMatch(/active, 4 blocks/);
    expect(await append('site-b')).toBe('VALID');
  });

  test('leaves no program behind when its keeper is killed, and starts again', async () => {
    const { pid } = JSON.parse(await readFile(join(folder, 'network', 'lock'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await whenQuiet(port);
    await network('up');
    expect(await append('site-c')).toBe('VALID');
  });

  test('gets a new version of its contract as the next sequence, once', async () => {
    const opened = await openNetwork(join(folder, 'ledger'));
    const { channel, chaincode: name, organizations, orderer } = opened;
    const admins = organizations.map(({ mspId, admin, peer }, index) => ({
      mspId,
      admin: admin.identity,
      peer: new PeerConnection({ host: 'localhost', port: port + 1 + index * 1000, tlsCa: peer.tls.ca }),
    }));
    const ordering = new OrdererConnection({ host: 'localhost', port, tlsCa: orderer.tls.ca });
    const address = `127.0.0.1:${port + 4}`;
    const upgrade = { channel, name, version: '2', package: chaincodePackage({ label: 'anchor_2', address }) };
    try {
      const before = await committedDefinition(admins[0]!, channel, name);
      expect(before).toEqual({ name, version: '1', sequence: 1 });
      for (const _ of ['first', 'again']) {
        const definition = await deployChaincode({ ...upgrade, organizations: admins, orderer: ordering });
        expect(definition).toEqual({ name, version: '2', sequence: 2 });
      }
      for (const admin of admins) {
        expect(await committedDefinition(admin, channel, name)).toEqual({ name, version: '2', sequence: 2 });
        const approved = await approvedDefinition(admin, channel, { name, sequence: 2 });
        expect(approved).toEqual({ version: '2', packageId: upgrade.package.id });
      }
    } finally {
      for (const { peer } of admins) peer.close();
      ordering.close();
    }
  });

  test('takes a third hospital in, which endorses', async () => {
    expect(await network('add')).toMatch(/has taken the hospital in/);
    const said = await network('status');
    expect(said).toMatch(/HospitalCMSP {2}\d+ blocks, anchor/);
    expect(await append('site-d')).toBe('VALID');
  });

  test('is gone after a purge', async () => {
    await network('down', '--purge');
    await expect(network('status')).rejects.toThrow(/There is no network/);
  });
});

/** Waits until nothing listens on the ports of the nodes. */
async function whenQuiet(port: number): Promise<void> {
  const end = Date.now() + 15_000;
  const areFree = () => Promise.all([0, 1, 1001, 4].map((offset) => isFree(port + offset)));
  while (!(await areFree()).every(Boolean)) {
    if (Date.now() > end) throw new Error('programs of the network are left');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
