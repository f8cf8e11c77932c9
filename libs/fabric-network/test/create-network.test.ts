import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { membership, verifySignature } from '#libs/fabric-block';
import { createNetwork, mspTrust, type Network, openNetwork } from '../src/index.js';

const NOW = new Date('2026-03-01T12:00:00Z');
let parent: string;
let folder: string;
let network: Network;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'holdfast-network-'));
  folder = join(parent, 'ledger');
  network = await createNetwork(folder, { now: NOW, endpoint: 'localhost:9001' });
});
afterAll(() => rm(parent, { recursive: true }));

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a network made from nothing', () => {
  test('has two hospitals, an orderer and the channel holdfast', () => {
    expect(network.channel).toBe('holdfast');
    expect(network.organizations.map(({ mspId }) => mspId)).toEqual(['HospitalAMSP', 'HospitalBMSP']);
    expect(network.orderer.mspId).toBe('OrdererMSP');
  });

  test('keeps every private key readable to its owner alone', async () => {
    const keys = (await filesBelow(folder)).filter((file) => /key\.pem$|\.key$/.test(file));
    const modes = await Promise.all(keys.map(async (file) => (await stat(file)).mode & 0o777));
    expect(keys).toHaveLength(3 * 2 + 8 * 2);
    expect(new Set(modes)).toEqual(new Set([0o600]));
    for (const file of await filesBelow(folder)) {
      expect((await readFile(file, 'utf8')).includes('PRIVATE KEY')).toBe(keys.includes(file));
    }
  });

  test('signs as members whom its own trust root accepts, each in its role', () => {
    const peers = membership(network.trust.peerMsps);
    const orderers = membership(network.trust.ordererMsps);
    for (const { peer, admin, client } of network.organizations) {
      expect(peers.member(peer.identity.creator, NOW).role).toBe('peer');
      expect(peers.member(admin.identity.creator, NOW).role).toBe('admin');
      expect(peers.member(client.identity.creator, NOW).role).toBe('client');
      const message = Buffer.from('endorsed');
      expect(peers.member(peer.identity.creator).verify(message, peer.identity.sign(message))).toBe(true);
    }
    expect(orderers.member(network.orderer.identity.creator, NOW).role).toBe('orderer');
  });

  test('does not accept members of one organisation in another', () => {
    const [a, b] = network.organizations;
    const confused = membership({ [a!.mspId]: network.trust.peerMsps[b!.mspId]! });
    expect(() => confused.member(a!.peer.identity.creator)).toThrow(/not issued by a CA of the organisation/);
  });

  test('names files in connection.json that are there and fit together', async () => {
    const { connection } = network;
    expect(connection).toMatchObject({ endpoint: 'localhost:9001', serverName: 'localhost', mspId: 'HospitalAMSP' });
    const certificate = new X509Certificate(await readFile(connection.certificate));
    const listener = new X509Certificate(network.organizations[0]!.peer.tls.certificate);
    expect(listener.verify(new X509Certificate(await readFile(connection.tlsCa)).publicKey)).toBe(true);
    const message = Buffer.from('submitted');
    const signature = network.organizations[0]!.client.identity.sign(message);
    expect(verifySignature(certificate.publicKey, message, signature)).toBe(true);
  });

  test('gives a trust root that names CAs and endorsers and holds no key', async () => {
    const trust = await mspTrust(folder);
    expect(trust).toEqual(network.trust);
    expect(trust.endorsement).toEqual(['HospitalAMSP', 'HospitalBMSP']);
    expect(JSON.stringify(trust)).not.toContain('PRIVATE');
  });

  test.each([
    [1, undefined],
    [2, undefined],
    [3, 2],
    [4, 3],
  ])('demands of %i hospitals what the channel demands, a majority', async (size, atLeast) => {
    const own = await mkdtemp(join(tmpdir(), 'holdfast-majority-'));
    const organizations = Array.from({ length: size }, (_, index) => ({ name: `H${index}`, mspId: `H${index}MSP` }));
    const { trust } = await createNetwork(own, { organizations });
    await rm(own, { recursive: true });
    expect(trust.endorsement).toHaveLength(size);
    expect(trust.atLeast).toBe(atLeast);
  });
});

describe('a second start', () => {
  test('opens the same network and changes no file', async () => {
    const before = await Promise.all((await filesBelow(folder)).map((file) => readFile(file)));
    const again = await createNetwork(folder);
    expect(Buffer.from(again.genesis).equals(network.genesis)).toBe(true);
    expect(await Promise.all((await filesBelow(folder)).map((file) => readFile(file)))).toEqual(before);
  });

  test('writes a new endpoint into connection.json and keeps the old one when none is given', async () => {
    expect((await createNetwork(folder, { endpoint: 'localhost:9002' })).connection.endpoint).toBe('localhost:9002');
    expect((await createNetwork(folder)).connection.endpoint).toBe('localhost:9002');
  });

  test('follows its folder to another place', async () => {
    const moved = join(parent, 'moved');
    await rename(folder, moved);
    expect((await createNetwork(moved)).connection.certificate.startsWith(moved)).toBe(true);
    await rename(moved, folder);
    await createNetwork(folder);
  });

  test('refuses a folder made for others', async () => {
    const others = [{ name: 'Clinic', mspId: 'ClinicMSP' }];
    await expect(createNetwork(folder, { organizations: others })).rejects.toThrow(/other organisations/);
    await expect(createNetwork(folder, { channel: 'another' })).rejects.toThrow(/another channel/);
  });
});

describe('what goes wrong while making it', () => {
  test('an interrupted attempt leaves nothing that counts, and the next one clears it away', async () => {
    const half = join(parent, '.interrupted.making-abc123');
    await mkdir(join(half, 'organizations'), { recursive: true });
    await writeFile(join(half, 'network.json'), '{}');
    await expect(openNetwork(join(parent, 'interrupted'))).rejects.toThrow(/no network/);
    await createNetwork(join(parent, 'interrupted'), { now: NOW });
    expect((await readdir(parent)).filter((name) => name.includes('interrupted'))).toEqual(['interrupted']);
  });

  test('a folder with something else in it is left alone', async () => {
    const taken = join(parent, 'taken');
    await mkdir(taken);
    await writeFile(join(taken, 'blocks'), 'precious');
    await expect(createNetwork(taken)).rejects.toThrow();
    expect(await readdir(taken)).toEqual(['blocks']);
  });

  test('names that would leave the folder or that Fabric refuses are refused', async () => {
    const at = join(parent, 'names');
    await expect(createNetwork(at, { channel: 'Upper' })).rejects.toThrow(/channel may have/);
    await expect(createNetwork(at, { ordererMspId: '../out' })).rejects.toThrow(/may have/);
    await expect(createNetwork(at, { organizations: [{ name: 'A/..', mspId: 'A' }] })).rejects.toThrow(/may have/);
    await expect(createNetwork(at, { organizations: [] })).rejects.toThrow(/at least one/);
    const twice = [
      { name: 'A', mspId: 'AMSP' },
      { name: 'a', mspId: 'aMSP2' },
    ];
    await expect(createNetwork(at, { organizations: twice })).rejects.toThrow(/same name/);
  });
});
