import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { JsonObject } from '#libs/fhir-json';
import { addPackage, Definitions, PackageSet, validateResource } from '#libs/validation';

const PROFILES = 400;
const COMPONENTS = 20;

/** Heap in MB after resources were validated against every profile of so many packages, each of 400 profiles. */
export function heapWithPackages(counts: readonly number[]): Map<number, number> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-memory-'));
  try {
    return new Map(counts.map((count) => [count, heapWith(count, folder)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function heapWith(count: number, folder: string): number {
  const kept = join(folder, `kept-${count}`);
  for (let index = 0; index < count; index++) addPackage(written(index, folder), kept);
  const definitions = new Definitions(new PackageSet(kept));
  for (let index = 0; index < count; index++) {
    for (let profile = 0; profile < PROFILES; profile++)
      validateResource(OBSERVATION, { definitions, profiles: [url(index, profile)] });
  }
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

/** So that only what is still held counts. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const OBSERVATION: JsonObject = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };

function url(index: number, profile: number): string {
  return `http://example.org/${index}/StructureDefinition/p${profile}`;
}

function written(index: number, folder: string): string {
  const unpacked = join(folder, `package-${index}`);
  mkdirSync(unpacked, { recursive: true });
  const manifest = { name: `org.example.p${index}`, version: '1.0.0', fhirVersions: ['4.0.1'] };
  writeFileSync(join(unpacked, 'package.json'), JSON.stringify(manifest));
  for (let profile = 0; profile < PROFILES; profile++) {
    writeFileSync(join(unpacked, `StructureDefinition-${profile}.json`), JSON.stringify(definition(index, profile)));
  }
  return unpacked;
}

/** As large as a profile of a vital sign with twenty components. */
function definition(index: number, profile: number): JsonObject {
  const slices = Array.from({ length: COMPONENTS }, (_, at): JsonObject[] => [
    { id: `Observation.component:c${at}`, path: 'Observation.component', sliceName: `c${at}`, min: 0, max: '1' },
    {
      id: `Observation.component:c${at}.code`,
      path: 'Observation.component.code',
      patternCodeableConcept: { coding: [{ system: 'http://loinc.org', code: `${at}-${profile}` }] },
    },
  ]);
  const slicing = { discriminator: [{ type: 'pattern', path: 'code' }], rules: 'open' };
  return {
    resourceType: 'StructureDefinition',
    url: url(index, profile),
    name: `P${profile}`,
    kind: 'resource',
    type: 'Observation',
    derivation: 'constraint',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Observation',
    differential: {
      element: [{ id: 'Observation.component', path: 'Observation.component', slicing }, ...slices.flat()],
    },
  };
}
