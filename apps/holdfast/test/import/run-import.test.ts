import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ImportOptions, type ReadVersion, runImport } from '../../src/import/index.js';
import { type Behaviour, TinyServer } from './tiny-server.js';

let folder: string;
let server: TinyServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A verifier that takes only receipts of the version asked for. */
function isReceiptOf(text: string, { type, id, version }: ReadVersion) {
  return text === JSON.stringify({ receipt: `${type}/${id}`, version: Number(version) })
    ? { verdict: 'OK' }
    : { verdict: 'ALTERED', detail: 'it is of another version' };
}

async function run(options: Partial<ImportOptions>, behaviour: Behaviour = {}) {
  server = new TinyServer(behaviour);
  const base = await server.start();
  let printed = '';
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      printed += chunk.toString();
      done();
    },
  });
  const defaults = { base, token: 'secret', files: [], examples: false, check: true, dataDir: folder, out };
  const code = await runImport({ verifyReceipt: isReceiptOf, ...defaults, ...options });
  return {
    code,
    printed,
    counts: Object.fromEntries([...printed.matchAll(/^(\w[\w ]*?) +(\d+)$/gm)].map(([, k, n]) => [k, Number(n)])),
  };
}

const received = (key: string) => server?.versions.get(key)?.map((version) => version.received);

describe('import stores', () => {
  test('a resource under its own id, as the exact bytes of its file', async () => {
    const text = '{\n  "resourceType": "Patient", "id": "a",\n "multipleBirthInteger": 1e0 }\n';
    const { code, counts } = await run({ files: [file('a.json', text)] });
    expect(received('Patient/a')).toEqual([text]);
    expect(counts).toEqual({ stored: 1, equal: 1, 'events anchored': 1, verified: 1, withheld: 0, refused: 0 });
    expect(code).toBe(0);
  });

  test('a resource without an id by POST', async () => {
    const { code } = await run({ files: [file('a.json', '{"resourceType":"Patient"}')] });
    expect(server?.log[0]).toBe('POST /fhir/Patient');
    expect(code).toBe(0);
  });

  test('every entry of a Bundle as the exact span of its source', async () => {
    const first = '{ "resourceType" : "Patient", "id" : "a", "x": 1.00 }';
    const second = '{"resourceType":"Bundle","id":"b","entry":[{"resource":{}}]}';
    const text = `{"resourceType":"Bundle","entry":[{"fullUrl":"]}","resource":${first}},{},\n{"resource":  ${second} }]}`;
    const { code } = await run({ files: [file('bundle.json', text)] });
    expect(received('Patient/a')).toEqual([first]);
    expect(received('Bundle/b')).toEqual([second]);
    expect(code).toBe(0);
  });

  test('every line of NDJSON, with or without a newline at its end', async () => {
    const lines = Array.from(
      { length: 3000 },
      (_, i) => `{"resourceType":"Patient","id":"p${i}","language":"${'ä'.repeat(i % 50)}"}`,
    );
    const { code, counts } = await run({
      files: [
        file('patients.ndjson', `${lines.join('\n')}`),
        file('more.ndjson', '\r\n{"resourceType":"Group","id":"g"}\r\n\n'),
      ],
    });
    expect(counts).toMatchObject({ stored: 3001, equal: 3001, verified: 3001 });
    expect(lines.every((line, i) => received(`Patient/p${i}`)?.[0] === line)).toBe(true);
    expect(code).toBe(0);
  });

  test('resources of one id one after the other, in order, and checks the last', async () => {
    const lines = Array.from(
      { length: 50 },
      (_, i) => `{"resourceType":"Patient","id":"a","multipleBirthInteger":${i}}`,
    );
    const { code, counts } = await run({ files: [file('a.ndjson', lines.join('\n'))] });
    expect(received('Patient/a')).toEqual(lines);
    expect(counts).toMatchObject({ stored: 50, equal: 1, 'events anchored': 50, verified: 50 });
    expect(code).toBe(0);
  });

  test('Consents last', async () => {
    const lines = ['Consent', 'Patient', 'Consent', 'Observation'].map(
      (type, i) => `{"resourceType":"${type}","id":"${i}"}`,
    );
    await run({ files: [file('a.ndjson', lines.join('\n'))] });
    const types = server?.log.filter((line) => line.startsWith('PUT')).map((line) => line.split('/')[2]);
    expect(types?.toSorted((a, b) => Number(a === 'Consent') - Number(b === 'Consent'))).toEqual(types);
  });

  test('what a busy server takes at the second attempt', async () => {
    let attempts = 0;
    const { code } = await run(
      { files: [file('a.json', '{"resourceType":"Patient","id":"a"}')] },
      { refuse: () => (++attempts === 1 ? [503, 'Later'] : undefined) },
    );
    expect(attempts).toBe(2);
    expect(code).toBe(0);
  });
});

describe('import reports, and ends with 1, when', () => {
  test('the server refuses a resource, with its reason', async () => {
    const files = [file('a.json', '{"resourceType":"Patient","id":"a"}')];
    const { code, printed, counts } = await run({ files }, { refuse: () => [422, 'gender is no code'] });
    expect(counts).toMatchObject({ stored: 0, refused: 1 });
    expect(printed).toContain('status 422; gender is no code');
    expect(code).toBe(1);
  });

  test.each([
    ['no JSON', '{"resourceType":"Patient",}', 'A name in quotes is expected'],
    ['no object', '[]', 'there is no resourceType'],
    ['null', 'null', 'there is no object'],
    ['no resource', '{"resourceType":"../Patient"}', 'there is no resourceType'],
  ])('a file is %s', async (_, text, reason) => {
    const { code, printed } = await run({ files: [file('a.json', text)] });
    expect(printed).toContain(reason);
    expect(code).toBe(1);
  });

  test.each([
    ['a number is written otherwise', (text: string) => text.replace('1.00', '1.0'), 'differs'],
    ['an element is gone', (text: string) => text.replace(',"b":"x"', ''), 'differs'],
    ['the id is another', (text: string) => text.replace('"id":"a"', '"id":"b"'), 'its id or meta'],
    ['it is no JSON', () => 'oops', 'no JSON object'],
  ])('what is read back is not what was sent: %s', async (_, alter, reason) => {
    const files = [file('a.json', '{"resourceType":"Patient","id":"a","x":1.00,"b":"x"}')];
    const { code, printed, counts } = await run({ files }, { alter });
    expect(counts).toMatchObject({ stored: 1, equal: 0 });
    expect(printed).toMatch(new RegExp(`left over:\n  .*a\\.json \\(Patient/a\\): .*${reason}`));
    expect(code).toBe(1);
  });

  test('a receipt does not verify', async () => {
    const files = [file('a.json', '{"resourceType":"Patient","id":"a"}')];
    const { code, printed } = await run({
      files,
      verifyReceipt: () => ({ verdict: 'UNTRUSTED_KEY', detail: 'another pin' }),
    });
    expect(printed).toContain('its receipt is UNTRUSTED_KEY (another pin)');
    expect(code).toBe(1);
  });

  test('nothing is anchored for longer than its patience', async () => {
    const files = [file('a.json', '{"resourceType":"Patient","id":"a"}')];
    const { code, printed } = await run({ files, patienceMilliseconds: 50 }, { unanchored: Number.POSITIVE_INFINITY });
    expect(printed).toContain('version 1 is not anchored');
    expect(code).toBe(1);
  });
});

test('import waits for what is not anchored yet', async () => {
  const files = [file('a.json', '{"resourceType":"Patient","id":"a"}')];
  const { code, counts } = await run({ files }, { unanchored: 3 });
  expect(counts).toMatchObject({ 'events anchored': 1, verified: 1 });
  expect(code).toBe(0);
});

describe('a stored resource that is not found', () => {
  const options = () => ({
    files: [file('a.ndjson', '{"resourceType":"Patient","id":"a"}\n{"resourceType":"Patient","id":"b"}')],
  });

  test('counts as withheld when its denial is on record', async () => {
    const denialOnRecord = (type: string, id: string) => Promise.resolve(`${type}/${id}` === 'Patient/a');
    const { code, counts } = await run({ ...options(), denialOnRecord }, { hide: (key) => key === 'Patient/a' });
    expect(counts).toEqual({ stored: 2, equal: 1, 'events anchored': 1, verified: 1, withheld: 1, refused: 0 });
    expect(code).toBe(0);
  });

  test('is left over when it is not', async () => {
    const { code, printed } = await run(options(), { hide: (key) => key === 'Patient/a' });
    expect(printed).toContain('stored, but not found, and no denial is on record');
    expect(code).toBe(1);
  });
});

describe('import ends in plain words', () => {
  test('when there is nothing to do', async () => {
    expect(await run({})).toMatchObject({ code: 2, printed: expect.stringContaining('Nothing to import') });
  });

  test('when the token is refused', async () => {
    const files = [file('a.json', '{"resourceType":"Patient","id":"a"}')];
    await expect(run({ files, token: 'wrong' })).rejects.toThrow('The server does not accept the token');
  });

  test('when there is no server', async () => {
    const files = [file('a.json', '{"resourceType":"Patient","id":"a"}')];
    await expect(run({ files, base: 'http://127.0.0.1:1/fhir' })).rejects.toThrow(
      'The server at 127.0.0.1:1 does not answer (ECONNREFUSED)',
    );
  });

  test('when a file does not exist, before anything is sent', async () => {
    await expect(run({ files: [join(folder, 'none.json')] })).rejects.toThrow(/none\.json is no file\.$/);
    expect(server?.log).toEqual([]);
  });
});

describe('a transaction', () => {
  const transaction = (name: string) =>
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: ['Patient', 'Observation'].map((type) => ({
        resource: { resourceType: type, language: name },
        request: { method: 'POST', url: type },
      })),
    });

  test('is sent as it is, what it made is read back and its receipts are verified', async () => {
    const { code, counts } = await run({ files: [file('a.json', transaction('a'))] });
    expect(server?.log[0]).toBe('POST /fhir');
    expect(counts).toMatchObject({ stored: 2, equal: 2, 'events anchored': 2, verified: 2, refused: 0 });
    expect(code).toBe(0);
  });

  test('that comes first goes alone, the others side by side; a folder is read in the order of its names', async () => {
    for (const name of ['c', 'b', '0-first', 'd']) file(`${name}.json`, transaction(name));
    file('notes.txt', 'not to be imported');
    const { counts } = await run({ files: [folder], check: false });
    expect(counts).toEqual({ stored: 8, refused: 0 });
    expect(server?.bundles[0]).toBe('0-first');
    expect(server?.most).toBeGreaterThan(1);
    expect(server?.besideFirst).toBe(0);
  });

  test('that is refused is named with its reason', async () => {
    const { code, printed } = await run(
      { files: [file('a.json', transaction('a'))], check: false },
      { refuse: (type) => (type === '' ? [412, 'Bundle.entry[1]: no match'] : undefined) },
    );
    expect(printed).toContain('a.json: status 412; Bundle.entry[1]: no match');
    expect(code).toBe(1);
  });
});
