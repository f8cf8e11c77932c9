// The chain on disk: derived data are a copy that is checked against the blocks, and made again from them
import { copyFile, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  assembleBlock,
  channelConfig,
  decodeBlock,
  decodeEnvelope,
  lifecycleSequenceKey,
  type SigningIdentity,
  validateBlock,
} from '#libs/fabric-block';
import { createNetwork, type Network } from '#libs/fabric-network';
import { Chain } from '../src/chain/chain.js';
import { LedgerDamage } from '../src/chain/ledger-damage.js';
import { chaincodeDefinition } from '../src/chaincode-definition.js';
import { temporaryFolder } from './test-ledger.js';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let network: Network;
let folder: string;
let rebuilt: string[];

beforeEach(async () => {
  temporary = await temporaryFolder();
  network = await createNetwork(join(temporary.path, 'ledger'));
  folder = join(temporary.path, 'blocks');
  rebuilt = [];
});

afterEach(() => temporary.remove());

const opened = () => Chain.open({ folder, genesis: network.genesis, rebuilt: (reason) => rebuilt.push(reason) });

/** A block with the definition of a chaincode of this name; the id of its transaction. */
async function define(chain: Chain, chaincode: string): Promise<string> {
  const { channel, organizations, orderer } = network;
  const endorsers: SigningIdentity[] = organizations.map(({ peer }) => peer.identity);
  const creator = organizations[0]!.admin.identity;
  const data = [chaincodeDefinition({ channel, chaincode, version: '1', creator, endorsers, at: new Date() })];
  const previousHash = chain.lastHeaderHash;
  const block = assembleBlock({ number: chain.height, previousHash, data, lastConfig: 0, orderer: orderer.identity });
  const config = channelConfig(decodeBlock(network.genesis));
  const verdict = validateBlock(block.number, data, { config, state: chain.state, hasTransaction: () => false });
  const { txId } = decodeEnvelope(data[0]!).channelHeader;
  await chain.commit(block, verdict, [txId]);
  return txId;
}

const NAMES = Array.from({ length: 5 }, (_, index) => `cc${index}`);
const blocksFile = () => join(folder, 'chain');
const derivedFile = () => join(folder, 'derived.db');

/** The ids of its transactions. */
async function filled(): Promise<string[]> {
  const chain = await opened();
  const txIds: string[] = [];
  for (const name of NAMES) txIds.push(await define(chain, name));
  await chain.close();
  return txIds;
}

const everything = (chain: Chain) => chain.state.range('_lifecycle', '', '', 1_000);

/** What the chain holds when it is opened now. */
async function found(): Promise<{ height: number; state: unknown }> {
  const chain = await opened();
  const result = { height: chain.height, state: everything(chain) };
  await chain.close();
  return result;
}

describe('after a restart', () => {
  test('all is there, whether the derived data are whole, behind, or gone', async () => {
    await filled();
    const whole = await found();
    expect(whole.height).toBe(6);
    await rm(derivedFile());
    expect(await found()).toEqual(whole);
    const chain = await opened();
    await define(chain, 'later');
    await copyFile(blocksFile(), `${blocksFile()}.now`);
    const state = everything(chain);
    // What the process had not yet handed to the database is lost with it.
    const lost = { height: chain.height, state };
    await copyFile(derivedFile(), `${derivedFile()}.behind`);
    await chain.close();
    await rm(`${derivedFile()}-wal`, { force: true });
    await copyFile(`${derivedFile()}.behind`, derivedFile());
    expect(await found()).toEqual(lost);
    expect(rebuilt).toEqual([]);
  });

  test('a block is found by number, header hash and transaction', async () => {
    await filled();
    const chain = await opened();
    expect(chain.findBlock(chain.lastHeaderHash)).toBe(5);
    expect(decodeBlock(await chain.block(3)).number).toBe(3);
    await expect(chain.block(6)).rejects.toThrow('no such block number [6] in index');
    await chain.close();
  });
});

async function flip(path: string, offset: number): Promise<void> {
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, offset);
  await file.write(Buffer.of(buffer[0]! ^ 1), 0, 1, offset);
  await file.close();
}

/** How many changes the history of its definition has. */
async function changesOf(chain: Chain, chaincode: string): Promise<number> {
  const snapshot = chain.snapshot();
  const changes = snapshot.history('_lifecycle', lifecycleSequenceKey(chaincode));
  let number = 0;
  while ((await changes.next()) !== undefined) number += 1;
  snapshot.release();
  return number;
}

describe('damage', () => {
  test('of any byte of the block file is named at the start, and nothing is changed', async () => {
    await filled();
    const whole = await readFile(blocksFile());
    for (let offset = 11; offset < whole.length; offset += 2_003) {
      await flip(blocksFile(), offset);
      await expect(opened()).rejects.toThrow(LedgerDamage);
      await expect(opened()).rejects.toThrow(/damaged/);
      await flip(blocksFile(), offset);
    }
    expect(await readFile(blocksFile())).toEqual(whole);
    expect((await found()).height).toBe(6);
  });

  test('is also an end before the blocks that were there, and a block with another checksum', async () => {
    await filled();
    const whole = await readFile(blocksFile());
    await truncate(blocksFile(), whole.length - 100);
    await expect(opened()).rejects.toThrow(/ends after block 4, and there were 6 blocks/);
    const other = join(temporary.path, 'other');
    const elsewhere = await Chain.open({ folder: other, genesis: network.genesis });
    for (const name of NAMES) await define(elsewhere, name);
    await elsewhere.close();
    await copyFile(join(other, 'chain'), blocksFile());
    await expect(opened()).rejects.toThrow(/block 1 is not the one that was stored/);
  });

  test('of the derived data is noticed, told, and healed from the blocks', async () => {
    await filled();
    const whole = await found();
    const database = new DatabaseSync(derivedFile());
    database.exec("UPDATE state SET value = x'00' WHERE block = 3");
    database.close();
    expect(await found()).toEqual(whole);
    expect(rebuilt).toEqual([
      expect.stringMatching(/The state of key "_lifecycle namespaces.*cc2.*" is not as it was/),
    ]);
    await writeFile(derivedFile(), 'no database at all');
    expect(await found()).toEqual(whole);
    expect(rebuilt).toHaveLength(2);
  });

  test('of the derived data that is met later ends the node, and the next start heals it', async () => {
    await filled();
    const told: string[] = [];
    const chain = await Chain.open({ folder, genesis: network.genesis, damaged: ({ message }) => told.push(message) });
    const whole = everything(chain);
    const database = new DatabaseSync(derivedFile());
    database.exec('UPDATE state SET tx = 7 WHERE block = 2');
    database.close();
    expect(() => everything(chain)).toThrow(LedgerDamage);
    expect(told).toHaveLength(1);
    await chain.close();
    expect((await found()).state).toEqual(whole);
    expect(rebuilt).toHaveLength(1);
  });

  test.each([
    ['what became of a transaction', 'UPDATE tx SET flag = 11 WHERE block = 2'],
    ['the place of a transaction', 'UPDATE tx SET block = 4 WHERE block = 2'],
    ['the history of a key', 'UPDATE history SET block = block + 10 WHERE block = 2'],
  ])('of %s is not told as the truth: it ends the node, and the next start heals it', async (_, change) => {
    const txId = (await filled())[1]!;
    const told: string[] = [];
    const known = async (chain: Chain) => [chain.transaction(txId), await changesOf(chain, 'cc1')];
    const chain = await Chain.open({ folder, genesis: network.genesis, damaged: ({ message }) => told.push(message) });
    const whole = await known(chain);
    expect(whole).toEqual([{ block: 2, index: 0, flag: 0 }, 1]);
    const database = new DatabaseSync(derivedFile());
    database.exec(change);
    database.close();
    await expect(known(chain)).rejects.toThrow(LedgerDamage);
    expect(told).toEqual([expect.stringMatching(/is not as it was written$/)]);
    await chain.close();
    const healed = await opened();
    expect(await known(healed)).toEqual(whole);
    await healed.close();
    expect(rebuilt).toHaveLength(1);
  });

  test('of every page of the derived data leaves a chain that is as it was', async () => {
    await filled();
    const whole = await found();
    const { size } = await stat(derivedFile());
    for (let offset = 100; offset < size; offset += 16_411) {
      await flip(derivedFile(), offset);
      const now = await found().catch((error: unknown) => error);
      if (!(now instanceof LedgerDamage)) expect(now).toEqual(whole);
      await rm(derivedFile());
      expect(await found()).toEqual(whole);
    }
  });
});

test('the blocks of another channel are refused', async () => {
  await filled();
  const other = await createNetwork(join(temporary.path, 'other-network'));
  await expect(Chain.open({ folder, genesis: other.genesis })).rejects.toThrow(/belongs to another channel/);
});
