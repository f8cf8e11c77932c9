// Hyperledger Fabric 3.1 documentation, "Running chaincode as an external service"
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { chaincodePackage, writeServiceBuilder } from '../src/index.js';
import { tar } from '../src/lifecycle/tar.js';

const ANCHOR = { label: 'anchor_1', address: '127.0.0.1:7054' };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-package-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('the same description gives the same package id on every machine and in every year', () => {
  expect(chaincodePackage(ANCHOR).id).toBe('anchor_1:9981fe8c80c833dd37f3913fb1a6923e5096b1fa39f20997b054d47a1ece085c');
});

test('another address is another package', () => {
  expect(chaincodePackage({ ...ANCHOR, address: '127.0.0.1:7055' }).id).not.toBe(chaincodePackage(ANCHOR).id);
});

test('a label that Fabric would not take is refused', () => {
  expect(() => chaincodePackage({ ...ANCHOR, label: '../anchor' })).toThrow(/not a label/);
  expect(() => chaincodePackage({ ...ANCHOR, label: '' })).toThrow(/not a label/);
});

test('any tar program unpacks it, down to where the service listens', async () => {
  await writeFile(join(folder, 'package.tar.gz'), chaincodePackage(ANCHOR).bytes);
  unpack('package.tar.gz');
  unpack('code.tar.gz');
  expect(await json('metadata.json')).toEqual({ type: 'ccaas', label: 'anchor_1' });
  expect(await json('connection.json')).toEqual({ address: ANCHOR.address, dial_timeout: '10s', tls_required: false });
});

test('the builder finds it, builds it, and releases where the service listens', async () => {
  await writeFile(join(folder, 'package.tar.gz'), chaincodePackage(ANCHOR).bytes);
  unpack('package.tar.gz');
  unpack('code.tar.gz');
  await writeServiceBuilder(join(folder, 'builder'));
  const script = (name: string, ...args: string[]) =>
    spawnSync(join(folder, 'builder', 'bin', name), args, { cwd: folder }).status;
  expect(script('detect', folder, folder)).toBe(0);
  spawnSync('mkdir', [join(folder, 'built'), join(folder, 'released')]);
  expect(script('build', folder, folder, join(folder, 'built'))).toBe(0);
  expect(script('release', join(folder, 'built'), join(folder, 'released'))).toBe(0);
  expect(await json('released/chaincode/server/connection.json')).toMatchObject({ address: ANCHOR.address });
});

test('the builder leaves packages of other kinds to others', async () => {
  await writeServiceBuilder(join(folder, 'builder'));
  await writeFile(join(folder, 'metadata.json'), '{"type":"node","label":"x"}');
  expect(spawnSync(join(folder, 'builder', 'bin', 'detect'), [folder, folder]).status).not.toBe(0);
});

test('names that tar has no room for are refused', () => {
  expect(() => tar([{ name: 'n'.repeat(101), content: new Uint8Array() }])).toThrow(RangeError);
  expect(() => tar([{ name: 'ä', content: new Uint8Array() }])).toThrow(RangeError);
});

function unpack(file: string): void {
  expect(spawnSync('tar', ['-xzf', join(folder, file), '-C', folder]).status).toBe(0);
}

async function json(file: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, file), 'utf8'));
}
