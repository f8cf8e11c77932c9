// docker-compose.yml: what the Compose Specification demands of it, and that it starts what `network up --containers` has made
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createNetwork } from '#libs/fabric-network';
import { type ComposeFile, type ComposeService, composeFile } from '../../../../test/compose-file.js';
import { readConfig } from '../../src/config.js';
import { openOrMakeNetwork } from '../../src/network/bring-up.js';
import { ordererService, peerServices } from '../../src/network/node-services.js';
import { placesOf, portsFrom } from '../../src/network/places.js';
import { CONTAINED } from '../../src/network/programs.js';
import type { ServiceSpec } from '../../src/up/service.js';

let dataDir: string;
let file: ComposeFile;
let specs: ServiceSpec[];
const nodes = ['fabric-orderer', 'fabric-peer-a', 'fabric-peer-b'];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'holdfast-compose-'));
  file = await composeFile({ DATA_DIR: dataDir, RUN_AS: '7:8', POSTGRES_PASSWORD: 'p', ISSUERS: '[]' });
  const config = readConfig({ DATA_DIR: dataDir, PATH: '' });
  const [places, ports] = [placesOf(dataDir), portsFrom(7050, 2)];
  const parts = { config, places, ports, programs: CONTAINED };
  const network = await openOrMakeNetwork(places, ports);
  specs = [ordererService(parts, network), ...(await peerServices(parts, network))];
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** Top-level and service elements of the Compose Specification that are used here. */
const TOP = /^(services|volumes|x-[a-z]+)$/;
const ELEMENTS = new Set(
  'image build command environment volumes profiles network_mode user restart stop_grace_period healthcheck init depends_on ports'.split(
    ' ',
  ),
);

describe('docker-compose.yml', () => {
  test('has only what the specification knows', () => {
    expect(Object.keys(file).filter((name) => !TOP.test(name))).toEqual([]);
    for (const [name, service] of Object.entries(file.services)) {
      expect([name, Object.keys(service).filter((element) => !ELEMENTS.has(element))]).toEqual([name, []]);
      expect([name, (service.image === undefined) !== (service.build === undefined)]).toEqual([name, true]);
    }
  });

  test('names only services and volumes that it has', () => {
    for (const service of Object.values(file.services)) {
      const others = Object.keys(service.depends_on ?? {});
      expect(others.filter((other) => !Object.hasOwn(file.services, other))).toEqual([]);
      const named = (service.volumes ?? []).filter((volume) => typeof volume === 'string');
      const missing = named.map((volume) => volume.split(':')[0]!).filter((name) => !Object.hasOwn(file.volumes, name));
      expect(missing).toEqual([]);
    }
  });

  test('starts no node of Fabric unless it is asked to', () => {
    const inProfile = Object.entries(file.services).filter(([, { profiles }]) => profiles?.includes('fabric'));
    expect(inProfile.map(([name]) => name)).toEqual(nodes);
    expect(Object.keys(file.services)).toEqual([...nodes, 'postgres', 'holdfast']);
  });

  test('fixes the versions of the images that Fabric publishes, one for all', () => {
    const images = nodes.map((name) =>
      /^hyperledger\/fabric-(orderer|peer):(3\.1\.\d+)$/.exec(file.services[name]!.image!),
    );
    expect(images.map((match) => match?.[1])).toEqual(['orderer', 'peer', 'peer']);
    expect(new Set(images.map((match) => match?.[2])).size).toBe(1);
  });
});

describe('a node in a container', () => {
  const both = (index: number): [ComposeService, ServiceSpec] => [file.services[nodes[index]!]!, specs[index]!];

  test.each([0, 1, 2])('%i is started as network up starts the program', (index) => {
    const [service, spec] = both(index);
    expect(service.command).toEqual([basename(spec.program!), ...spec.args]);
    expect(service.environment!.FABRIC_CFG_PATH).toBe(spec.env.FABRIC_CFG_PATH);
    expect(service.environment!.FABRIC_LOGGING_SPEC).toBe(spec.env.FABRIC_LOGGING_SPEC);
  });

  test.each([0, 1, 2])('%i finds every file of its settings where they say, as the user whose they are', (index) => {
    const [service, spec] = both(index);
    const mount = { type: 'bind', source: dataDir, target: dataDir };
    expect(service.volumes).toEqual([expect.objectContaining(mount)]);
    expect(service.user).toBe('7:8');
    const settings = readFileSync(join(spec.env.FABRIC_CFG_PATH!, index === 0 ? 'orderer.yaml' : 'core.yaml'), 'utf8');
    const paths = [...settings.matchAll(/"(\/[^"]*)"/g)].map((match) => match[1]!);
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !path.startsWith(`${dataDir}/`))).toEqual([]);
  });

  test.each([0, 1, 2])('%i listens on the ports of this machine that the first block names', async (index) => {
    const [service, spec] = both(index);
    expect(service.network_mode).toBe('host');
    const settings = readFileSync(join(spec.env.FABRIC_CFG_PATH!, index === 0 ? 'orderer.yaml' : 'core.yaml'), 'utf8');
    const port = [7050, 7051, 8051][index]!;
    expect(settings).toMatch(index === 0 ? `"ListenPort": ${port}` : `"listenAddress": "127.0.0.1:${port}"`);
    const { genesis } = await createNetwork(placesOf(dataDir).ledger);
    expect(Buffer.from(genesis).includes('localhost')).toBe(true);
  });
});
