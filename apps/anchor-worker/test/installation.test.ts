// The checkpoint key and the pin: made once, never changed in silence
import { chmod, mkdtemp, readdir, rm, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parsePin, pinText } from '#libs/evidence';
import { createNetwork, openNetwork } from '#libs/fabric-network';
import { checkpointKey, checkpointKeyPath } from '../src/installation/checkpoint-key.js';
import { currentPin, keepPin, PinDiffers, pinPath, readPin } from '../src/installation/pin-file.js';
import { readIfThere, writeOnce } from '../src/installation/write-once.js';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'anchor-worker-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('a file that is written once', () => {
  it('is what the first of many wrote, and leaves no draft behind', async () => {
    const path = join(dataDir, 'keys', 'file');
    const found = await Promise.all(Array.from({ length: 8 }, (_, i) => writeOnce(path, `content ${i}`, 0o600)));
    expect(new Set(found.map(String)).size).toBe(1);
    expect(await readdir(join(dataDir, 'keys'))).toEqual(['file']);
  });
});

describe('the checkpoint key', () => {
  it('is made at the first start, for its owner alone, and is the same ever after', async () => {
    const made = await checkpointKey(dataDir, false);
    expect((await stat(checkpointKeyPath(dataDir))).mode & 0o777).toBe(0o600);
    expect((await checkpointKey(dataDir, true)).equals(made)).toBe(true);
  });

  it('is not made anew when a pin names an older one', async () => {
    await expect(checkpointKey(dataDir, true)).rejects.toThrow(/restore it/);
    expect(await readIfThere(checkpointKeyPath(dataDir))).toBeUndefined();
  });

  it('is refused when others can read it', async () => {
    await checkpointKey(dataDir, false);
    await chmod(checkpointKeyPath(dataDir), 0o644);
    await expect(checkpointKey(dataDir, true)).rejects.toThrow(/0600/);
  });
});

describe('the pin', () => {
  async function facts(site = 'site-a') {
    await createNetwork(join(dataDir, 'ledger'));
    const { genesis, connection } = await openNetwork(join(dataDir, 'ledger'));
    const key = await checkpointKey(dataDir, false);
    return {
      dataDir,
      site,
      operator: 'one operator holds all keys',
      key,
      connection,
      ledger: { genesis: async () => genesis },
    };
  }

  it('is written from key, network and ledger at the first start, and found equal at the next', async () => {
    const pin = await keepPin(dataDir, await currentPin(await facts()));
    expect(pin.origin).toBe(`holdfast/site-a/${pin.genesis.slice(0, 16)}`);
    expect(Object.keys(pin.peerMsps).sort()).toEqual([...pin.endorsement].sort());
    expect(await keepPin(dataDir, await currentPin(await facts()))).toEqual(pin);
    expect(await readPin(dataDir)).toEqual(parsePin(Buffer.from(pinText(pin))));
  });

  it('stops the worker instead of being changed', async () => {
    await keepPin(dataDir, await currentPin(await facts()));
    const before = await readIfThere(pinPath(dataDir));
    await expect(currentPin(await facts('site-b')).then((pin) => keepPin(dataDir, pin))).rejects.toThrow(PinDiffers);
    await unlink(checkpointKeyPath(dataDir));
    await expect(currentPin(await facts()).then((pin) => keepPin(dataDir, pin))).rejects.toThrow(/checkpointKey/);
    expect(await readIfThere(pinPath(dataDir))).toEqual(before);
  });

  it('that demands another number of endorsements than the channel stops the worker, which says how to renew it', async () => {
    await createNetwork(join(dataDir, 'ledger'), {
      organizations: ['A', 'B', 'C'].map((name) => ({ name, mspId: `${name}MSP` })),
    });
    const made = await currentPin(await facts());
    expect(made).toMatchObject({ endorsement: ['AMSP', 'BMSP', 'CMSP'], atLeast: 2 });
    const { atLeast: _, ...all } = made;
    expect(await keepPin(dataDir, all)).toEqual(all);
    await expect(keepPin(dataDir, made)).rejects.toThrow(/"holdfast pin --renew"/);
  });

  it('is not written for a ledger that begins with another block than the network on disk', async () => {
    const other = await mkdtemp(join(tmpdir(), 'anchor-worker-'));
    const { genesis } = await createNetwork(join(other, 'ledger'));
    await rm(other, { recursive: true });
    await expect(currentPin({ ...(await facts()), ledger: { genesis: async () => genesis } })).rejects.toThrow(
      PinDiffers,
    );
    expect(await readPin(dataDir)).toBeUndefined();
  });
});
