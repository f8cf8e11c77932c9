// docs/settings.md has every setting that the programs read
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const page = readFileSync(join(ROOT, 'docs/settings.md'), 'utf8');

/** The members of what a program reads its environment by. */
function settingsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  return [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name!);
}

test.each(['apps/fhir-server/src/config.ts', 'apps/holdfast/src/config.ts', 'apps/anchor-worker/src/config.ts'])(
  'every setting of %s is on the page',
  (file) => {
    const names = settingsOf(file);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  },
);

test('every setting of the contract is on the page', () => {
  const contract = readFileSync(join(ROOT, 'apps/anchor-contract/src/settings.ts'), 'utf8');
  const names = new Set([...contract.matchAll(/'([A-Z]+_[A-Z_]+)'/g)].map(([, name]) => name!));
  expect(names.size).toBe(3);
  expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
