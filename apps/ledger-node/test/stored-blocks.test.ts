// At the start the blocks are compared with what was stored of them, by two threads where there are many
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, open, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createNetwork, type Network } from '#libs/fabric-network';
import { Chain } from '../src/chain/chain.js';
import { compareBlocks, sharedProgress } from '../src/chain/compare-blocks.js';
import type { ThreadData } from '../src/chain/stored-blocks.js';
import { BlockPlaces } from '../src/derived/block-places.js';
import { openDatabase } from '../src/derived/database.js';
import { freePort, NotReady, startProgram } from './child-process.js';
import { temporaryFolder } from './test-ledger.js';

const THREAD = join(import.meta.dirname, '../../../dist/apps/ledger-node/src/chain/compare-thread.js');
const MEBIBYTE = 1024 * 1024;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let network: Network;
let ledger: string;

beforeEach(async () => {
  temporary = await temporaryFolder();
  ledger = join(temporary.path, 'ledger');
  network = await createNetwork(ledger);
});

afterEach(() => temporary.remove());

const chainFile = () => join(ledger, 'blocks', 'chain');
const derivedFile = () => join(ledger, 'blocks', 'derived.db');

/** So many blocks of about so many bytes, behind the genesis block. Their content is of no meaning: none of it is replayed. */
async function filled(blocks: number, bytes: number): Promise<void> {
  const chain = await Chain.open({ folder: join(ledger, 'blocks'), genesis: network.genesis });
  while (chain.height <= blocks) {
    const metadata = [[], [], [0], [], []].map((values) => Uint8Array.from(values));
    const previousHash = chain.lastHeaderHash;
    const block = {
      number: chain.height,
      previousHash,
      dataHash: randomBytes(32),
      data: [randomBytes(bytes)],
      metadata,
    };
    await chain.commit(block, { flags: Uint8Array.of(0), updates: [] }, [`tx-${chain.height}`]);
  }
  await chain.close();
}

/** The place of one block, and of all how many there are. */
function place(number: number): { offset: number; length: number; height: number } {
  const database = openDatabase(derivedFile());
  const { offset, length } = new BlockPlaces(database).get(number)!;
  const height = Number(database.prepare('SELECT count(*) AS n FROM block').get()!.n);
  database.close();
  return { offset, length, height };
}

async function flip(offset: number): Promise<void> {
  const file = await open(chainFile(), 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, offset);
  await file.write(Buffer.of(buffer[0]! ^ 1), 0, 1, offset);
  await file.close();
}

/** What comparing says, here and in the thread of the built program. */
async function compared(): Promise<[here: boolean, thread: boolean]> {
  const { height } = place(0);
  const database = openDatabase(derivedFile());
  const here = compareBlocks({ path: chainFile(), height, places: new BlockPlaces(database) }, sharedProgress());
  database.close();
  const data: ThreadData = { path: chainFile(), height, derived: derivedFile(), progress: sharedProgress() };
  const thread = new Worker(THREAD, { workerData: data, execArgv: [] });
  const [said] = await once(thread, 'message');
  await thread.terminate();
  return [here, said];
}

describe('comparing the blocks with what was stored of them', () => {
  test('finds them as they were, in stretches and in a thread', async () => {
    await filled(600, 300);
    expect(await compared()).toEqual([true, true]);
  });

  test.each([0, 1, 255, 256, 511, 600])(
    'finds a changed byte in the frame or the content of block %d',
    async (number) => {
      await filled(600, 300);
      const { offset, length } = place(number);
      for (const at of [offset + 3, offset + 10, offset + 17, offset + 24, offset + 23 + length]) {
        await flip(at);
        expect(await compared()).toEqual([false, false]);
        await flip(at);
      }
      expect(await compared()).toEqual([true, true]);
    },
  );

  test('finds a block that was stored elsewhere, one that is missing from what was stored, and a file that is too short', async () => {
    await filled(300, 300);
    await copyFile(derivedFile(), `${derivedFile()}.good`);
    for (const change of [
      'UPDATE block SET offset = offset + 1 WHERE number = 256',
      'DELETE FROM block WHERE number = 20',
    ]) {
      const database = openDatabase(derivedFile());
      database.exec(change);
      database.close();
      expect(await compared()).toEqual([false, false]);
      await copyFile(`${derivedFile()}.good`, derivedFile());
    }
    await truncate(chainFile(), (await stat(chainFile())).size - 1);
    expect(await compared()).toEqual([false, false]);
  });

  test('leaves to others what they have taken', async () => {
    await filled(300, 300);
    await flip(place(5).offset + 100);
    const database = openDatabase(derivedFile());
    const progress = sharedProgress();
    Atomics.store(progress, 0, 256);
    const known = { path: chainFile(), height: 301, places: new BlockPlaces(database) };
    expect(compareBlocks(known, progress)).toBe(true);
    database.close();
  });
});

describe('the node on a long chain', () => {
  test('starts at its height, and refuses with the name of the block wherever a byte is changed', async () => {
    await filled(30, 3 * MEBIBYTE);
    const start = async () =>
      startProgram('ledger-node', {
        LEDGER_DIR: ledger,
        LEDGER_PORT: `${await freePort()}`,
        CONTRACT_ADDRESS: '127.0.0.1:1',
      });
    const node = await start();
    expect(node.ready.height).toBe(31);
    expect(await node.stop()).toBe(0);
    for (const number of [0, 17, 30]) {
      const { offset } = place(number);
      await flip(offset + 200);
      const before = await stat(chainFile());
      const failed = await start().catch((error: unknown) => error);
      expect((failed as NotReady).lines.at(-1)).toContain(`is damaged at block ${number} (byte ${offset})`);
      expect((await stat(chainFile())).mtimeMs).toBe(before.mtimeMs);
      await flip(offset + 200);
    }
    const again = await start();
    expect(again.ready.height).toBe(31);
    await again.stop();
    expect((await readFile(chainFile())).length).toBeGreaterThan(64 * MEBIBYTE);
  });
});
