// `npm run bench -- validate`: validation against @medplum/core on the same resources, one thread, in one run.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { JsonObject } from '#libs/fhir-json';
import { coreDefinitions, type ValidationOptions, validate, validateResource } from '#libs/validation';
import { observation } from './observation.js';
import { medplumValidator } from './validate-medplum.js';
import { heapWithPackages } from './validate-memory.js';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 6) / 3;
const LONGEST = 50_000;
const WRITTEN = 200;
const BUNDLES = [500, 1000, 2000, 4000];

type Check = (resource: JsonObject) => unknown;

/** The official Observations that are valid, and some as they come from a ward. */
function observations(): JsonObject[] {
  const folder = pathToFileURL(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
  const names = readdirSync(new URL('.', folder)).filter((name) => /^Observation-.*\.json$/.test(name));
  const texts = names
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .filter(({ length }) => length <= LONGEST);
  const written = Array.from({ length: WRITTEN }, (_, value) => observation('p1', 60 + value));
  return [...texts, ...written].map((text) => JSON.parse(text) as JsonObject).filter((one) => errors(one) === 0);
}

function errors(resource: JsonObject): number {
  return validateResource(resource).filter(({ severity }) => severity === 'error').length;
}

/** Resources per second, after a warm-up of a fifth of the time. */
function rate(check: Check, resources: readonly JsonObject[]): number {
  turn(check, resources, SECONDS / 5);
  return turn(check, resources, SECONDS);
}

function turn(check: Check, resources: readonly JsonObject[], seconds: number): number {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < seconds * 1000) {
    for (const resource of resources) check(resource);
    count += resources.length;
  }
  return (count * 1000) / (performance.now() - start);
}

/** Milliseconds for a Bundle of so many Observations. */
function bundleTime(size: number): number {
  const entry = Array.from({ length: size }, (_, index) => ({
    fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    resource: JSON.parse(observation('p1', index)) as JsonObject,
  }));
  const bundle: JsonObject = { resourceType: 'Bundle', type: 'collection', entry };
  const start = performance.now();
  validateResource(bundle);
  return performance.now() - start;
}

function line(name: string, perSecond: number, base: number | undefined): string {
  const ratio = base === undefined ? '' : `${(perSecond / base).toFixed(1)} x`;
  return `${name.padEnd(44)}${perSecond.toFixed(0).padStart(9)}/s${ratio.padStart(10)}\n`;
}

/** Our own, with these options. */
function ours(options: ValidationOptions): Check {
  return (resource) => validateResource(resource, options);
}

const startOfFirst = performance.now();
validateResource(JSON.parse(observation('p1', 60)) as JsonObject);
const first = performance.now() - startOfFirst;

const resources = observations();
const medplum = await medplumValidator();
const base = medplum && rate(medplum, resources);
process.stdout.write(
  `${resources.length} Observations, ${coreDefinitions().version}; start-up with the first one ${first.toFixed(0)} ms\n`,
);
process.stdout.write(
  base === undefined
    ? '@medplum/core is not installed: nothing to compare with\n'
    : line('@medplum/core validateResource', base, base),
);
process.stdout.write(
  line(
    'structure',
    rate(({ resourceType, ...rest }) => validate('Observation', { resourceType: resourceType!, ...rest }), resources),
    base,
  ),
);
process.stdout.write(line('structure and bindings', rate(ours({ extent: 'bindings' }), resources), base));
process.stdout.write(line('all but profiles, invariants too', rate(ours({ claims: false }), resources), base));
const profiled = { profiles: ['http://hl7.org/fhir/StructureDefinition/heartrate'] };
const ward = resources.filter(({ code }) => JSON.stringify(code).includes('8867-4'));
process.stdout.write(line('heart rates without their profile', rate(ours({ claims: false }), ward), base));
process.stdout.write(line('heart rates with their profile', rate(ours(profiled), ward), base));
bundleTime(BUNDLES[0]!);
for (const size of BUNDLES) process.stdout.write(`Bundle of ${size}: ${bundleTime(size).toFixed(0)} ms\n`);
for (const [count, heap] of heapWithPackages([1, 5, 10])) {
  process.stdout.write(`heap after all profiles of ${count} packages of 400: ${heap.toFixed(0)} MB\n`);
}
