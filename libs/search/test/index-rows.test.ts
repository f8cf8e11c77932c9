import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resourceTypes, searchParameters } from '#libs/fhir-definitions';
import { parse } from '#libs/fhir-json';
import { indexRows, patientsOf } from '#libs/search';
import { typePlan } from '../src/type-plan.js';
import { keyed } from './keyed.js';

const folder = join(import.meta.dirname, '../../../node_modules/hl7.fhir.r4.examples');

function example(name: string) {
  const document = parse(readFileSync(join(folder, `${name}.json`)));
  return { document, resource: document.value as { resourceType: string } };
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
      const document = parse(readFileSync(join(folder, name)));
      const resource = document.value as { resourceType: string };
      const rows = indexRows(resource.resourceType, resource, keyed, document);
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
});
