// The files of DATA_DIR while a log moves from its embedded ledger to a network
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import {
  beginMoving,
  endMoving,
  hasMoved,
  isDecided,
  movePlaces,
  movingTo,
  switchFiles,
} from '../../src/network/adopt/moving.js';
import { networkAdopt } from '../../src/network/adopt/network-adopt.js';
import { realLedger } from '../../src/network/real-ledger.js';

let dataDir: string;
const quiet = () => undefined;
const at = (name: string) => join(dataDir, name);
const write = (name: string, text: string) => {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), text);
};
const config = (LEDGER?: string) => readConfig({ DATA_DIR: dataDir, ...(LEDGER && { LEDGER }) });

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'holdfast-moving-'));
  write('ledger/blocks/chain', 'blocks');
  write('ledger/connection.json', '{"endpoint":"localhost:1"}');
  write('pin.json', 'old pin');
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** As it is when both ledgers and the database are done. */
function decided(): void {
  beginMoving(dataDir, '/somewhere');
  write('ledger-next/pin.json', 'new pin');
  write('ledger-next/connection.json', '{"endpoint":"localhost:2"}');
  for (const name of ['network.json', 'genesis.block', 'organizations/AMSP']) write(`ledger-next/${name}`, name);
}

function expectMoved(): void {
  expect(readFileSync(at('pin.json'), 'utf8')).toBe('new pin');
  expect(readFileSync(at('pin-before.json'), 'utf8')).toBe('old pin');
  expect(readFileSync(at('ledger-before/blocks/chain'), 'utf8')).toBe('blocks');
  expect(readFileSync(at('ledger/connection.json'), 'utf8')).toContain('localhost:2');
  expect(existsSync(at('ledger-next'))).toBe(false);
  expect(movingTo(dataDir)).toBeUndefined();
  expect(hasMoved(dataDir)).toBe(true);
}

describe('the files of a move', () => {
  test('are exchanged, and those of before are kept', () => {
    decided();
    expect(isDecided(dataDir)).toBe(true);
    switchFiles(dataDir);
    expectMoved();
  });

  test.each<[string, () => void]>([
    ['before the first', () => undefined],
    ['when the ledger before is away', () => renameSync(at('ledger'), at('ledger-before'))],
    [
      'when the new ledger is in its place',
      () => {
        renameSync(at('ledger'), at('ledger-before'));
        renameSync(at('ledger-next'), at('ledger'));
      },
    ],
    [
      'when the pin before is kept',
      () => {
        renameSync(at('ledger'), at('ledger-before'));
        renameSync(at('ledger-next'), at('ledger'));
        write('pin-before.json', 'old pin');
      },
    ],
    [
      'when the new pin is in its place',
      () => {
        switchFiles(dataDir);
        beginMoving(dataDir, '/somewhere');
      },
    ],
  ])('are exchanged by the next call when the one before was killed %s', (_, killed) => {
    decided();
    killed();
    expect(isDecided(dataDir)).toBe(true);
    switchFiles(dataDir);
    expectMoved();
  });

  test('are not exchanged while anything is undecided', () => {
    beginMoving(dataDir, '/somewhere');
    expect(movingTo(dataDir)).toBe('/somewhere');
    expect(isDecided(dataDir)).toBe(false);
    endMoving(dataDir);
    expect(movingTo(dataDir)).toBeUndefined();
    expect(movePlaces(dataDir).next).toBe(at('ledger-next'));
  });
});

describe('an installation', () => {
  test('whose log is between two ledgers is started on neither', () => {
    beginMoving(dataDir, '/somewhere');
    for (const ledger of ['embedded', 'fabric'])
      expect(() => realLedger(config(ledger))).toThrow(/is on its way .* "holdfast network adopt" .* --abandon/);
  });

  test('whose log has moved is not started on the embedded ledger again', () => {
    decided();
    switchFiles(dataDir);
    expect(() => realLedger(config())).toThrow(/has moved to a real network: set LEDGER=fabric/);
    expect(realLedger(config('fabric'))).toEqual({ ledger: 2, contract: 2 });
  });

  test('is not moved to nowhere, to an embedded ledger, or from none', async () => {
    const adopt = (to?: string) => networkAdopt(config(), to === undefined ? {} : { to }, quiet);
    await expect(adopt()).rejects.toThrow(/^Name the network by --to/);
    await expect(adopt(at('nowhere'))).rejects.toThrow(/^There is no network in /);
    await expect(adopt(dataDir)).rejects.toThrow(/is an embedded one, which one operator holds/);
    rmSync(at('ledger/blocks'), { recursive: true });
    await expect(adopt(dataDir)).rejects.toThrow(/^There is no embedded ledger in /);
    await expect(networkAdopt(config(), { abandon: true }, quiet)).rejects.toThrow(/^No move .* is under way/);
  });

  test('whose files alone are left to change cannot give its move up', async () => {
    decided();
    renameSync(at('ledger'), at('ledger-before'));
    await expect(networkAdopt(config(), { abandon: true }, quiet)).rejects.toThrow(/only files are left to change/);
  });
});
