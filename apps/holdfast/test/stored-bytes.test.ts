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
  const { forms, isWhole } = await storedBytes(path);
  return { forms: forms.map(String), isWhole };
}

const content = randomBytes(3_000_001);
const named = JSON.stringify(
  dataElement({ size: content.length, sha256: createHash('sha256').update(content).digest() }),
);
const head = '{"resourceType":"Binary","id":"ü","contentType":"text/plain; x=\\"data\\":\\"",';

const binary = (data: string, more = '') => `${head}"data":"${data}","_data":${named}${more}}`;

test('of a Binary that names its content, all but the data, which is compared with its hash, or everything', async () => {
  const sent = binary(content.toString('base64'));
  expect(await read(sent)).toEqual({ forms: [`${head}"_data":${named}}`, sent], isWhole: true });
});

test('one byte of the content that differs is noticed, and so is one that is missing', async () => {
  const other = Buffer.from(content);
  other[1_234_567] = (other[1_234_567] ?? 0) ^ 1;
  for (const data of [other, content.subarray(0, -1), Buffer.alloc(0)]) {
    const sent = binary(data.toString('base64'));
    expect(await read(sent)).toEqual({ forms: [sent], isWhole: false });
  }
});

test.each<[string, (data: string) => string]>([
  ['junk', (data) => `${data.slice(0, 400)}!!${data.slice(400)}`],
  ['white space', (data) => `${data.slice(0, 400)} \t${data.slice(400)}`],
  ['the alphabet of base64url', (data) => data.replaceAll('+', '-').replaceAll('/', '_')],
  ['an escape of JSON', (data) => data.replace('/', '\\/')],
  ['no padding', (data) => data.replace(/=+$/, '')],
  ['padding too much', (data) => `${data}====`],
  [
    'padding in the middle',
    (data) => `${Buffer.from(data, 'base64').subarray(0, 4).toString('base64')}${data.slice(8)}`,
  ],
  [
    'bits after the last byte',
    (data) => data.replace(/.(?==+$)/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
  ],
])('content that only a forgiving decoder reads as the named is not the named: %s', async (_, change) => {
  const sent = binary(change(content.toString('base64')));
  expect(await read(sent)).toEqual({ forms: [sent], isWhole: false });
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
  expect(await read(text)).toEqual({ forms: [text], isWhole: true });
});
