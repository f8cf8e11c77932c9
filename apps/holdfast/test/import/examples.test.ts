import { basename } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { clinicalExamples } from '../../src/import/clinical-examples.js';
import { runImport } from '../../src/import/index.js';
import { TinyServer } from './tiny-server.js';

const DEFECTIVE = 'Patient-f001.json';
const server = new TinyServer({
  refuse: (type, text) => (type === 'Patient' && text.includes('"f001"') ? [422, 'No'] : undefined),
});
let base: string;

beforeAll(async () => {
  base = await server.start();
});
afterAll(() => server.stop());

async function importExamples(knownDefects: Record<string, string>) {
  const lines: string[] = [];
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(...chunk.toString().split('\n'));
      done();
    },
  });
  const options = {
    base,
    token: 'secret',
    files: [],
    examples: true,
    check: true,
    dataDir: '.holdfast',
    out,
    knownDefects,
  };
  const code = await runImport({ ...options, verifyReceipt: () => ({ verdict: 'OK' }) });
  return { code, lines };
}

test('the clinical instances are some seven hundred, with twelve Consents and no definitions', () => {
  const names = clinicalExamples().map((path) => basename(path));
  expect(names).toHaveLength(705);
  expect(names.filter((name) => name.startsWith('Consent-'))).toHaveLength(12);
  expect(names).toContain('Bundle-father.json');
  expect(names).not.toContain('Bundle-valuesets.json');
  expect(names.filter((name) => /^(StructureDefinition|ValueSet|SearchParameter)-/.test(name))).toEqual([]);
});

test('all are loaded and read back equal, but for the known defect, and nothing is left over', async () => {
  const { code, lines } = await importExamples({ [DEFECTIVE]: 'for this test' });
  expect(lines).toEqual(
    expect.arrayContaining(['stored              704', 'equal               704', 'refused             1']),
  );
  expect(lines).toContain(`  ${DEFECTIVE}: for this test`);
  expect(code).toBe(0);
});

test('a refusal that is not listed, a listed example that is accepted, and one that does not exist are left over', async () => {
  const { code, lines } = await importExamples({
    'Patient-f201.json': 'for this test',
    'Patient-none.json': 'for this test',
  });
  expect(lines.slice(lines.indexOf('left over:'))).toEqual(
    expect.arrayContaining([
      `  ${DEFECTIVE}: refused: status 422; No`,
      '  Patient-f201.json: a known defect, but accepted',
      '  Patient-none.json: a known defect, but no such example',
    ]),
  );
  expect(code).toBe(1);
});
