import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { networkDown } from '../../src/network/network-down.js';
import { networkStatus } from '../../src/network/network-status.js';
import { networkUp } from '../../src/network/network-up.js';
import { hospitals, placesOf, portsFrom, readPorts, writePorts } from '../../src/network/places.js';
import { findPrograms } from '../../src/network/programs.js';
import { realLedger } from '../../src/network/real-ledger.js';

let dataDir: string;
const quiet = () => undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'holdfast-network-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** With programs that are there but are never started. */
function config() {
  return readConfig({ DATA_DIR: dataDir, PATH: '', FABRIC_BIN: programs() });
}

function programs(): string {
  const folder = join(dataDir, 'bin');
  for (const name of ['peer', 'orderer']) mkdirSync(join(folder, name), { recursive: true });
  return folder;
}

describe('the programs of Fabric', () => {
  test('that are missing are named, with the place where Fabric publishes them', () => {
    expect(() => findPrograms({ PATH: dataDir })).toThrow(
      /^The program peer of Hyperledger Fabric 3\.1 is not on this machine: .*release page.*images hyperledger\/fabric-peer.*FABRIC_BIN/,
    );
  });

  test('are looked for in FABRIC_BIN alone when that is set', () => {
    const folder = programs();
    expect(() => findPrograms({ FABRIC_BIN: join(dataDir, 'empty'), PATH: folder })).toThrow(/The program peer/);
    expect(findPrograms({ FABRIC_BIN: folder }).peer).toBe(join(folder, 'peer'));
  });

  test('are else looked for on the PATH, in its order', () => {
    expect(findPrograms({ PATH: `/nowhere:${programs()}` }).orderer).toBe(join(dataDir, 'bin', 'orderer'));
  });

  test('that are missing leave nothing behind', async () => {
    const without = readConfig({ DATA_DIR: dataDir, PATH: '' });
    await expect(networkUp(without, {}, quiet)).rejects.toThrow(/The program peer/);
    expect(readPorts(placesOf(dataDir))).toBeUndefined();
  });
});

describe('network up', () => {
  test('does not touch a folder that holds the embedded ledger', async () => {
    mkdirSync(join(dataDir, 'ledger', 'blocks'), { recursive: true });
    await expect(networkUp(config(), {}, quiet)).rejects.toThrow(/is the embedded one: set DATA_DIR/);
  });

  test('names the port that another program has', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(networkUp(config(), { port }, quiet)).rejects.toThrow(new RegExp(`^Port ${port} is in use`));
    server.close();
  });

  test('does not change the ports or the number of hospitals of a network that is there', async () => {
    writePorts(placesOf(dataDir), portsFrom(17_050, 2));
    await expect(networkUp(config(), { port: 17_060 }, quiet)).rejects.toThrow(/was made on port 17050/);
    await expect(networkUp(config(), { orgs: 3 }, quiet)).rejects.toThrow(/has 2 organisations/);
  });

  test.each([0, 27])('does not make a network of %i hospitals', async (orgs) => {
    await expect(networkUp(config(), { orgs }, quiet)).rejects.toThrow(/1 to 26 organisations/);
  });
});

describe('where there is no network', () => {
  test('status and down say so', async () => {
    await expect(networkStatus(config(), quiet)).rejects.toThrow(/There is no network in /);
    await expect(networkDown(config(), {}, quiet)).rejects.toThrow(/There is no network in /);
  });

  test('purge deletes nothing: the ledger there is not of a network', async () => {
    mkdirSync(join(dataDir, 'ledger', 'blocks'), { recursive: true });
    await expect(networkDown(config(), { purge: true }, quiet)).rejects.toThrow(/There is no network/);
  });
});

describe('the ledger that an installation uses', () => {
  const connection = () => {
    mkdirSync(join(dataDir, 'ledger'), { recursive: true });
    writeFileSync(join(dataDir, 'ledger', 'connection.json'), '{"endpoint":"localhost:7051"}');
  };
  const uses = (LEDGER?: string) => realLedger(readConfig({ DATA_DIR: dataDir, ...(LEDGER && { LEDGER }) }));

  test('is the embedded one, unless LEDGER says otherwise', () => {
    expect(uses()).toBeUndefined();
    expect(() => uses('other')).toThrow('The setting LEDGER cannot be used: must be embedded or fabric.');
  });

  test('is never the embedded one where a real network is', () => {
    writePorts(placesOf(dataDir), portsFrom(17_050, 2));
    expect(() => uses()).toThrow(/set LEDGER=fabric/);
  });

  test('is never a real one where the embedded one has blocks', () => {
    mkdirSync(join(dataDir, 'ledger', 'blocks'), { recursive: true });
    expect(() => uses('fabric')).toThrow(/is the embedded one/);
  });

  test('cannot be a network that is not there, or does not run', () => {
    expect(() => uses('fabric')).toThrow(/there is no network in .*"holdfast network up" makes one/);
    writePorts(placesOf(dataDir), portsFrom(17_050, 2));
    connection();
    expect(() => uses('fabric')).toThrow(/does not run: start it with "holdfast network up"/);
  });

  test('may be a network that others run, when all is here by which its receipts are verified', () => {
    connection();
    for (const name of ['network.json', 'genesis.block', 'organizations']) {
      expect(() => uses('fabric')).toThrow(`${name} is missing`);
      mkdirSync(join(dataDir, 'ledger', name));
    }
    expect(uses('fabric')).toEqual({ ledger: 7051, contract: 7051 });
  });
});

describe('the plan', () => {
  test('gives each hospital a name and a peer of its own', () => {
    expect(hospitals(3).map(({ mspId }) => mspId)).toEqual(['HospitalAMSP', 'HospitalBMSP', 'HospitalCMSP']);
    expect(portsFrom(7050, 3)).toEqual({
      orderer: 7050,
      ordererAdmin: 7053,
      contract: 7054,
      peers: [7051, 8051, 9051],
    });
  });

  test('has no ports beyond the last', () => {
    expect(() => portsFrom(65_000, 2)).toThrow(/choose another --port/);
  });
});
