// `holdfast network adopt`, with the programs a user runs: to real peers where FABRIC_BIN is set, else to a second embedded ledger
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { copyForClient, createNetwork } from '#libs/fabric-network';
import { Installation, type Running } from './installation.js';
import { freeBase, runProgram, Served } from './program.js';

const { FABRIC_BIN } = process.env;
const CLI = 'dist/apps/holdfast/src/main.js';

interface OtherNetwork {
  /** For `--to`. */
  to: string;
  mspIds: string[];
  close(): Promise<void>;
}

async function realNetwork(folder: string): Promise<OtherNetwork> {
  const port = await freeBase([0, 1, 3, 4, 1001]);
  const environment = { DATA_DIR: folder, FABRIC_BIN };
  await runProgram(CLI, ['network', 'up', '--port', String(port)], environment);
  const close = async () => void (await runProgram(CLI, ['network', 'down'], environment));
  return { to: folder, mspIds: ['HospitalAMSP', 'HospitalBMSP'], close };
}

/** Of other organisations, keys and channel. What is given to the installation is the description alone, as others would give it. */
async function secondEmbedded(folder: string): Promise<OtherNetwork> {
  const organizations = ['Clinic', 'Hospital', 'University'].map((name) => ({ name, mspId: `${name}MSP` }));
  const [port, contract] = [await freeBase([0]), await freeBase([0])];
  const address = `127.0.0.1:${contract}`;
  const ledger = join(folder, 'ledger');
  await createNetwork(ledger, { organizations, channel: 'region', endpoint: `localhost:${port}` });
  const programs = [
    await Served.start('dist/apps/anchor-contract/src/main.js', {
      CHAINCODE_SERVER_ADDRESS: address,
      CHAINCODE_ID: 'anchor:1',
    }),
    await Served.start('dist/apps/ledger-node/src/main.js', {
      LEDGER_DIR: ledger,
      LEDGER_PORT: String(port),
      CONTRACT_ADDRESS: address,
      CHAINCODE_ID: 'anchor:1',
    }),
  ];
  const to = join(folder, 'described');
  await copyForClient(ledger, to);
  const close = async () => void (await Promise.all(programs.map((program) => program.stop())));
  return { to, mspIds: organizations.map(({ mspId }) => mspId), close };
}

describe('an installation that grows out of its embedded ledger', () => {
  let folder: string;
  let network: OtherNetwork;
  let installation: Installation;
  let running: Running | undefined;
  /** Of a version stored before the move: its URL, and the receipt made then. */
  let early: { version: string; receipt: string };
  const file = (name: string) => join(folder, name);
  const verify = (name: string, text: string, ...args: string[]) => {
    writeFileSync(file(name), text);
    return installation.run('verify', file(name), ...args);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-adopt-'));
    installation = await Installation.in(join(folder, 'data'));
    running = await installation.up();
    const version = await installation.store('Before');
    early = { version, receipt: await installation.receipt(version) };
    writeFileSync(file('checkpoint.txt'), await installation.run('checkpoint'));
    writeFileSync(file('pin.json'), await installation.run('pin'));
    network = await (FABRIC_BIN ? realNetwork(file('network')) : secondEmbedded(file('network')));
  }, 240_000);

  afterAll(async () => {
    await running?.stop();
    await network?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('is asked to stop first, and to name a network that is none of its own', async () => {
    await expect(installation.run('network', 'adopt', '--to', network.to)).rejects.toThrow(/stop it first/);
    await running?.stop();
    await expect(installation.run('network', 'adopt')).rejects.toThrow(/Name the network by --to/);
    await expect(installation.run('network', 'adopt', '--to', file('nowhere'))).rejects.toThrow(
      /There is no network in/,
    );
    await expect(installation.run('network', 'adopt', '--to', installation.dataDir)).rejects.toThrow(/an embedded one/);
    await expect(installation.run('network', 'adopt', '--abandon')).rejects.toThrow(/No move .* is under way/);
  });

  test('is on neither ledger when the move is killed, and can stay where it was', async () => {
    const move = installation.start(['network', 'adopt', '--to', network.to]);
    await move.until('Offering the log');
    await move.stop('SIGKILL');
    await expect(installation.run('up')).rejects.toThrow(/is on its way to another ledger/);
    await expect(installation.run('doctor')).rejects.toThrow(/WRONG {2}The log is on its way to the ledger in /);
    expect(await installation.run('network', 'adopt', '--abandon')).toMatch(/stays on the embedded ledger/);
    running = await installation.up();
    await installation.store('Stayed');
    await running.stop();
  }, 180_000);

  test('moves, killed and asked again, with the consent of every organisation', async () => {
    const move = installation.start(['network', 'adopt', '--to', network.to]);
    await move.until('Having the log adopted');
    await move.stop('SIGKILL');
    const said = await installation.run('network', 'adopt');
    expect(said).toContain(`${network.mspIds.join(', ')} have all taken it over.`);
    expect(said).toContain('held by      before the move: one operator holds all keys');
    expect(said).toMatch(/Go on with: .*LEDGER=fabric npm start\n$/);
    expect(await installation.run('network', 'adopt')).toMatch(/has moved already/);
  }, 180_000);

  test('is not started on the ledger that it has left', async () => {
    await expect(installation.run('up')).rejects.toThrow(/has moved to a real network: set LEDGER=fabric/);
  });

  test('goes on there, and proves what was recorded before and since', async () => {
    running = await installation.up({ LEDGER: 'fabric' });
    const late = await installation.receipt(await installation.store('After'));
    expect(await verify('late.json', late)).toMatch(/^OK {9}the event is on the ledger as the receipt says; /);
    const again = await installation.receipt(early.version);
    const across = await verify('again.json', again);
    expect(across).toMatch(/^OK .* in the log that .* took over from there; /);
    expect(across).toContain(`were taken over by ${network.mspIds.join(', ')}`);
    expect(await verify('early.json', early.receipt)).toMatch(/^OK .* this receipt does not show; /);
    await expect(verify('late.json', late, '--pin', file('pin.json'))).rejects.toThrow(/UNTRUSTED_KEY/);
    expect(await verify('early.json', early.receipt, '--pin', file('pin.json'))).toMatch(/^OK /);
  }, 180_000);

  test('is found well by its doctor, past included', async () => {
    expect(await installation.run('doctor')).toMatch(
      /good {3}The first \d+ places of the log came from another ledger: /,
    );
  });

  test('extends the checkpoint that somebody kept from before', async () => {
    expect(await installation.run('verify', '--since', file('checkpoint.txt'))).toMatch(/^OK .* the ledger before\n/);
  });

  test('says in its metadata which part of the log one operator held', async () => {
    const metadata = await (await installation.request('metadata')).text();
    expect(metadata).toMatch(
      /Places 0 to \d+ of its log were on a ledger before, of which its pin says: one operator holds all keys/,
    );
    expect(JSON.parse(readFileSync(join(installation.dataDir, 'pin.json'), 'utf8')).format).toBe('holdfast-pin/3');
  });
});
