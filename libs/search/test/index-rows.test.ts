import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resourceTypes, searchParameters } from '#libs/fhir-definitions';
import { type JsonDocument, parse } from '#libs/fhir-json';
import { type Hash64, indexRows, patientsOf } from '#libs/search';
import { typePlan } from '../src/type-plan.js';
import { keyed } from './keyed.js';

const folder = join(import.meta.dirname, '../../../node_modules/hl7.fhir.r4.examples');

function example(name: string) {
  const document = parse(readFileSync(join(folder, `${name}.json`)));
  return { document, resource: document.value as { resourceType: string } };
}

/** FNV-1a: five thousand resources need a hash, not a key. */
const quick: Hash64 = (...parts) => {
  let hash = 0x811c9dc5;
  const text = parts.join('\u0000');
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return BigInt(hash);
};

/** Every object and array of a value, in order. */
function holders(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(holders)];
}

function replaceNode(resource: { resourceType: string }, at: number, value: unknown): void {
  const nodes = holders(resource).flatMap((holder) => Object.keys(holder).map((key) => ({ holder, key })));
  const { holder, key } = nodes[at % nodes.length]!;
  if (key !== 'resourceType') Object.assign(holder, { [key]: value });
}

/** The document knows no number that was put in afterwards. */
function lexemeOf(document: JsonDocument, holder: object, key: string | number): string {
  try {
    return document.lexeme(holder, key);
  } catch {
    return '1';
  }
}

describe('indexing', () => {
  it('knows every search parameter of every type of R4 but those without an expression and Location.near', () => {
    const left = [...resourceTypes()].flatMap((type) =>
      searchParameters(type)
        .filter(({ code }) => code !== '_id' && code !== '_lastUpdated')
        .filter(({ code }) => {
          const plan = typePlan(type).parameters.get(code);
          return !plan || (plan.keys.length === 0 && plan.composites.length === 0);
        })
        .map(({ code }) => (code.startsWith('_') ? code : `${type}.${code}`)),
    );
    expect([...new Set(left)].sort()).toEqual(['Location.near', '_content', '_query', '_text']);
  });

  it('throws on none of the official examples and finds something to search for in nearly all', () => {
    let empty = 0;
    for (const name of readdirSync(folder).filter((file) => /^[A-Z].*\.json$/.test(file))) {
      const resource: { resourceType: string } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      const rows = indexRows(resource.resourceType, resource, quick);
      if (rows.present.length === 0) empty++;
      patientsOf(resource.resourceType, resource);
    }
    expect(empty).toBeLessThan(100);
  });

  it('writes no row twice', () => {
    const { document, resource } = example('Observation-blood-pressure');
    const { hashes, strings, ranges, present } = indexRows('Observation', resource, keyed, document);
    for (const list of [hashes.map(String), strings, ranges, present.map(String)]) {
      const texts = list.map((one) =>
        JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      );
      expect(new Set(texts).size).toBe(texts.length);
    }
  });

  it('throws on nothing that could stand in place of any node of a resource', () => {
    const files = readdirSync(folder).filter((file, at) => /^[A-Z].*\.json$/.test(file) && at % 50 === 0);
    const junk = fc.jsonValue({ depthSize: 'small' });
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), junk, (file, at, value) => {
        const { document, resource } = example(file.replace(/\.json$/, ''));
        replaceNode(resource, at, value);
        indexRows(resource.resourceType, resource, quick);
        indexRows(resource.resourceType, resource, quick, { lexeme: (holder, key) => lexemeOf(document, holder, key) });
        patientsOf(resource.resourceType, resource);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a resource that has too many values, and does not multiply codings without bound', () => {
    const coding = Array.from({ length: 70_000 }, (_, at) => ({ system: 's', code: String(at) }));
    expect(() => indexRows('Basic', { resourceType: 'Basic', code: { coding } }, quick)).toThrow('200000');
    const some = { coding: coding.slice(0, 1000) };
    const { hashes } = indexRows('Observation', { code: some, valueCodeableConcept: some }, keyed);
    expect(hashes.length).toBeLessThan(5000);
  });
});
