import { randomBytes } from 'node:crypto';
import { appendFile, copyFile, open, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BlockFile, type BlockPlace } from '../src/chain/block-file.js';
import { HEADER_SIZE } from '../src/chain/frame.js';
import { LedgerDamage } from '../src/chain/ledger-damage.js';
import { temporaryFolder } from './test-ledger.js';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;

beforeEach(async () => {
  temporary = await temporaryFolder();
  path = join(temporary.path, 'blocks', 'chain');
});

afterEach(() => temporary.remove());

const SIZES = [10, 700, 1, 3_000, 64];
const content = SIZES.map((size, number) => Buffer.alloc(size, number + 1));

async function written(): Promise<void> {
  const file = await BlockFile.open(path, () => {});
  for (const block of content) await file.append(block);
  await file.close();
}

/** The blocks found at opening; the file is closed again. */
async function reopened(): Promise<Buffer[]> {
  const found: Buffer[] = [];
  const file = await BlockFile.open(path, (block) => found.push(Buffer.from(block)));
  await file.close();
  return found;
}

/** The file opened, with the places of its blocks. */
async function opened(): Promise<{ file: BlockFile; places: BlockPlace[] }> {
  const places: BlockPlace[] = [];
  const file = await BlockFile.open(path, (_, number, place) => {
    places[number] = place;
  });
  return { file, places };
}

const frameStart = (number: number): number =>
  SIZES.slice(0, number).reduce((sum, size) => sum + HEADER_SIZE + size, 0);

async function flip(offset: number, mask: number): Promise<void> {
  const bytes = await readFile(path);
  const file = await open(path, 'r+');
  await file.write(Buffer.of(bytes[offset]! ^ mask), 0, 1, offset);
  await file.close();
}

describe('a block file', () => {
  test('gives back what was appended, also one by one', async () => {
    await written();
    expect(await reopened()).toEqual(content);
    const { file, places } = await opened();
    expect(file.height).toBe(5);
    expect(await file.read(3, places[3]!)).toEqual(content[3]);
    await expect(file.read(4, { ...places[4]!, offset: places[3]!.offset })).rejects.toThrow(LedgerDamage);
    await file.close();
  });

  test('gives back blocks that lie across the pieces in which it is read, and blocks larger than those', async () => {
    const MEBIBYTE = 1024 * 1024;
    const sizes = [3.9, 0.9, 1.5, 2.9, 9, 0.1, 4, 1, 5.2, 3, 0.7, 0.7, 0.7, 8].map((size) =>
      Math.round(size * MEBIBYTE),
    );
    const blocks = sizes.map((size) => randomBytes(size));
    const file = await BlockFile.open(path, () => {});
    for (const block of blocks) await file.append(block);
    await file.close();
    const found = await reopened();
    expect(found.map((block, number) => block.equals(blocks[number]!))).toEqual(sizes.map(() => true));
  });

  test('notices at a read that a block has been changed under it', async () => {
    await written();
    const { file, places } = await opened();
    await flip(frameStart(1) + HEADER_SIZE + 5, 1);
    await expect(file.read(1, places[1]!)).rejects.toThrow(/damaged at block 1 /);
    expect(await file.read(2, places[2]!)).toEqual(content[2]);
    await file.close();
  });

  test('cut off anywhere in its last frame is a block shorter, and can be appended to', async () => {
    await written();
    await copyFile(path, `${path}.whole`);
    const last = frameStart(4);
    for (let size = last; size < (await stat(`${path}.whole`)).size; size += 7) {
      await copyFile(`${path}.whole`, path);
      await truncate(path, size);
      expect(await reopened()).toEqual(content.slice(0, 4));
      expect((await stat(path)).size).toBe(last);
    }
    const file = await BlockFile.open(path, () => {});
    await file.append(content[0]!);
    await file.close();
    expect(await reopened()).toEqual([...content.slice(0, 4), content[0]]);
  });

  test.each([1, HEADER_SIZE, 500])('cuts off %d bytes of zero that a power cut left behind', async (count) => {
    await written();
    await appendFile(path, Buffer.alloc(count));
    expect(await reopened()).toEqual(content);
  });

  test('cuts off a last block whose end never reached the disk', async () => {
    await written();
    const file = await BlockFile.open(path, () => {});
    await file.append(Buffer.alloc(2_000, 9));
    await file.close();
    const { size } = await stat(path);
    await truncate(path, size - 600);
    await truncate(path, size);
    expect(await reopened()).toEqual(content);
  });

  test('names the block in which a byte is not what was written, and stays as it is', async () => {
    await written();
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (offset, mask) => {
        await flip(offset, mask);
        const number = SIZES.findIndex((_, index) => offset < frameStart(index + 1));
        const damage = await reopened().catch((error: unknown) => error);
        expect(damage).toBeInstanceOf(LedgerDamage);
        expect((damage as Error).message).toContain(`damaged at block ${number} (byte ${frameStart(number)})`);
        await flip(offset, mask);
        expect(await readFile(path)).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });

  test('with a frame left out or put twice does not pass', async () => {
    await written();
    const whole = await readFile(path);
    const cut = Buffer.concat([whole.subarray(0, frameStart(1)), whole.subarray(frameStart(2))]);
    const doubled = Buffer.concat([whole.subarray(0, frameStart(2)), whole.subarray(frameStart(1))]);
    for (const bytes of [cut, doubled]) {
      const file = await open(path, 'w');
      await file.write(bytes);
      await file.close();
      await expect(reopened()).rejects.toThrow(/the frame says it is block/);
    }
  });
});
