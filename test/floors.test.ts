import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** The floor of every lib, lowest first: the table of docs/architecture.md. */
const FLOORS: readonly (readonly string[])[] = [
  ['fhir-json', 'fhir-model', 'merkle'],
  ['fhir-definitions', 'fhir-path'],
  ['search', 'validation', 'consent', 'access', 'evidence', 'fabric-block', 'fhir-xml', 'fhir-patch', 'blob'],
  ['store', 'ledger', 'fabric-network'],
  ['interactions'],
];
const APPS = FLOORS.length;
/** Libs that import less than their floor allows: evidence and fabric-block also run where no FHIR definition is (worker, command line). */
const LOWEST_ONLY = new Set(['evidence', 'fabric-block']);
const LONGEST = 350;

const root = resolve(dirname(new URL(import.meta.url).pathname), '..');

interface Place {
  /** `apps/x` or `libs/x`. */
  owner: string;
  floor: number;
}

interface Import {
  file: string;
  target: string;
}

function floorOf(lib: string): number {
  return FLOORS.findIndex((libs) => libs.includes(lib));
}

function isTest(file: string): boolean {
  return file.split(sep).includes('test');
}

function placeOf(path: string): Place | undefined {
  const [kind, name] = path.split(sep);
  if (kind === 'apps' && name !== undefined) return { owner: `apps/${name}`, floor: APPS };
  if (kind === 'libs' && name !== undefined) return { owner: `libs/${name}`, floor: floorOf(name) };
  return undefined;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts|mjs)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|generated|dist)\//.test(path));
}

const IMPORT =
  /\b(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]|\brequire\(\s*['"]([^'"]+)['"]/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((found) => ({ file, target: found[1] ?? found[2] ?? found[3] ?? '' }));
}

/** Past the door: a relative import into another app or lib. Only the CommonJS contract may, and only through the door file. */
function faultOfRelative({ file, target }: Import, from: Place): string | undefined {
  const path = relative(root, resolve(root, dirname(file), target));
  const to = placeOf(path);
  if (!to || to.owner === from.owner || isTest(file)) return undefined;
  const door = path === join(to.owner, 'src', 'index.js') || path === join(to.owner, 'src', 'index.ts');
  if (door && from.owner === 'apps/anchor-contract') return faultOfFloor(file, to.owner.slice('libs/'.length), from);
  return `${file} imports ${target}: another part is reached as #libs/<lib> only, not by its path.`;
}

function faultOfFloor(file: string, lib: string, from: Place): string | undefined {
  const floor = floorOf(lib);
  if (lib.includes('/')) return `${file} imports #libs/${lib}: a lib's only door is its src/index.ts.`;
  if (floor < 0) return `${file} imports #libs/${lib}, which is on no floor: add it to the table.`;
  if (isTest(file)) return undefined; // a test goes through its own door, and builds what it tests from whatever it needs
  if (from.owner === `libs/${lib}`)
    return `${file} imports its own door #libs/${lib}: inside a lib, imports are relative.`;
  if (floor > from.floor) return `${file} imports #libs/${lib}, which is above it: imports only point down.`;
  if (floor === from.floor)
    return `${file} imports #libs/${lib}, its neighbour on floor ${floor}: pass values instead.`;
  const name = from.owner.slice('libs/'.length);
  if (LOWEST_ONLY.has(name) && floor > 0) return `${file} imports #libs/${lib}: ${name} imports floor 0 only.`;
  return undefined;
}

const NOT_FOR_LIBS = /^(@nestjs\/|nestjs-|dotenv)/;

function faultOfPackage({ file, target }: Import, from: Place): string | undefined {
  const lib = from.owner.startsWith('libs/') && !isTest(file);
  return lib && NOT_FOR_LIBS.test(target)
    ? `${file} imports ${target}: libs know no Nest and no environment.`
    : undefined;
}

function faultOf(found: Import): string | undefined {
  const from = placeOf(found.file);
  if (!from) return undefined;
  if (from.floor < 0) return `${from.owner} is on no floor: add it to the table.`;
  if (found.target.startsWith('#libs/')) return faultOfFloor(found.file, found.target.slice('#libs/'.length), from);
  return found.target.startsWith('.') ? faultOfRelative(found, from) : faultOfPackage(found, from);
}

function faults(): string[] {
  const files = [...sourceFiles('apps'), ...sourceFiles('libs')];
  return files.flatMap(importsOf).flatMap((found) => faultOf(found) ?? []);
}

describe('the floors', () => {
  test('imports only point down, through doors, past no neighbour', () => {
    expect(faults()).toEqual([]);
  });

  test.each([
    ['libs/fhir-json/src/parse.ts', '#libs/store', 'which is above it'],
    ['libs/search/src/a.ts', '#libs/consent', 'its neighbour on floor 2'],
    ['libs/evidence/src/a.ts', '#libs/fhir-path', 'floor 0 only'],
    ['libs/store/src/a.ts', '#libs/search/src/token.js', 'only door is its src/index.ts'],
    ['libs/store/src/a.ts', '../../search/src/index.js', 'as #libs/<lib> only'],
    ['libs/store/src/a.ts', '#libs/store', 'its own door'],
    ['libs/store/src/a.ts', '@nestjs/common', 'no Nest'],
    ['libs/store/src/a.ts', '#libs/novelty', 'on no floor'],
    ['apps/fhir-server/src/a.ts', '../../holdfast/src/config.js', 'as #libs/<lib> only'],
  ])('would tell that %s imports %s', (file, target, sentence) => {
    expect(faultOf({ file, target })).toContain(sentence);
  });

  test.each([
    ['libs/store/src/a.ts', '#libs/search'],
    ['libs/store/src/a.ts', './b.js'],
    ['libs/store/src/search/a.ts', '../b.js'],
    ['apps/anchor-contract/src/a.ts', '../../../libs/merkle/src/index.js'],
    ['libs/store/src/a.ts', 'pg'],
  ])('would let %s import %s', (file, target) => {
    expect(faultOf({ file, target })).toBeUndefined();
  });

  test('every lib has its door', () => {
    const libs = readdirSync(join(root, 'libs'));
    expect(libs.filter((lib) => !existsSync(join(root, 'libs', lib, 'src', 'index.ts')))).toEqual([]);
  });

  test('libs read no environment variables', () => {
    const sources = sourceFiles('libs').filter((file) => !isTest(file));
    expect(sources.filter((file) => /process\s*\.\s*env\b/.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
});

describe('files', () => {
  test(`are at most ${LONGEST} lines long`, () => {
    const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length - 1;
    const files = ['apps', 'libs', 'scripts', 'test', 'bench'].flatMap(sourceFiles);
    const long = files.filter((file) => lines(file) > LONGEST).map((file) => `${file} has ${lines(file)} lines`);
    expect(long).toEqual([]);
  });
});
