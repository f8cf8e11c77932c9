// The pin of an installation whose network has grown

import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { checkpointKeyText, parsePin, pinText, siteOrigin } from '#libs/evidence';
import { decodeBlock, headerHash } from '#libs/fabric-block';
import { createNetwork, mspTrust } from '#libs/fabric-network';
import { renewPin } from '../src/commands/renew-pin.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-pin-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

async function threeHospitals() {
  const organizations = ['A', 'B', 'C'].map((name) => ({ name, mspId: `${name}MSP` }));
  const { genesis } = await createNetwork(join(dataDir, 'ledger'), { organizations });
  const hash = headerHash(decodeBlock(genesis));
  const origin = siteOrigin('site-a', hash);
  const checkpointKey = checkpointKeyText(origin, generateKeyPairSync('ed25519').privateKey);
  const own = {
    site: 'site-a',
    origin,
    checkpointKey,
    chaincode: 'anchor',
    mspId: 'AMSP',
    operator: 'three hospitals',
  };
  return { ...own, ...(await mspTrust(join(dataDir, 'ledger'))), genesis: Buffer.from(hash).toString('hex') };
}

test('names the members and the number that the channel demands now, and what it was is kept', async () => {
  const { atLeast, ...now } = await threeHospitals();
  const { CMSP: _, ...peerMsps } = now.peerMsps;
  const before = pinText({ ...now, peerMsps, endorsement: ['AMSP', 'BMSP'] });
  await writeFile(join(dataDir, 'pin.json'), before);
  const kept = await renewPin(dataDir);
  expect(await readFile(kept!, 'utf8')).toBe(before);
  expect(parsePin(await readFile(join(dataDir, 'pin.json')))).toEqual({ ...now, atLeast });
  expect(atLeast).toBe(2);
});

test('is left alone where nothing has changed, and where there is none', async () => {
  const pin = await threeHospitals();
  expect(await renewPin(dataDir)).toBeUndefined();
  await writeFile(join(dataDir, 'pin.json'), pinText(pin));
  expect(await renewPin(dataDir)).toBeUndefined();
  expect((await readdir(dataDir)).sort()).toEqual(['ledger', 'pin.json']);
});
