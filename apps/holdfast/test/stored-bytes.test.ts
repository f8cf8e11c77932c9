// FHIR R4 binary.html: what a receipt commits to, found again in what a read sent
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dataElement } from '#libs/blob';
import { storedBytes } from '../src/verify/stored-bytes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-verify-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string) {
  const path = join(folder, 'content.json');
  await writeFile(path, text);
  return storedBytes(path);
}

const content = randomBytes(3_000_001);
const named = JSON.stringify(
  dataElement({ size: content.length, sha256: createHash('sha256').update(content).digest() }),
);
const head = '{"resourceType":"Binary","id":"ü","contentType":"text/plain; x=\\"data\\":\\"",';

test('of a Binary whose content is kept outside, all but the data, which is compared with its hash', async () => {
  const { bytes, isWhole } = await read(`${head}"data":"${content.toString('base64')}","_data":${named}}`);
  expect([bytes.toString(), isWhole]).toEqual([`${head}"_data":${named}}`, true]);
});

test('one byte of the content that differs is noticed, and so is one that is missing', async () => {
  const other = Buffer.from(content);
  other[1_234_567] = (other[1_234_567] ?? 0) ^ 1;
  for (const data of [other, content.subarray(0, -1), Buffer.alloc(0)]) {
    expect((await read(`${head}"data":"${data.toString('base64')}","_data":${named}}`)).isWhole).toBe(false);
  }
});

test.each([
  ['no Binary', '{"resourceType":"Patient","id":"p"}'],
  ['a Binary with its content in the row', `${head}"data":"${content.toString('base64')}"}`],
  [
    'an extension of the data that says something else',
    `${head}"data":"aGk=","_data":{"extension":[{"url":"urn:x"}]}}`,
  ],
  ['no JSON', '{"data":"aGk=","_data":'],
  ['nothing', ''],
])('everything, of %s', async (_, text) => {
  expect(await read(text)).toEqual({ bytes: Buffer.from(text), isWhole: true });
});
