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
const ROUNDS = 9;
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

/** One thing measured: its name, and what it does with one resource of which set. */
interface Contender {
  readonly name: string;
  readonly check: Check;
  readonly resources: readonly JsonObject[];
}

/**
 * Resources per second of CPU time of each, the middle of several rounds after a warm-up. They take turns, so that what else the
 * machine does falls on all.
 */
function rates(contenders: readonly Contender[]): number[] {
  for (const contender of contenders) turn(contender, SECONDS / 5);
  const found = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) found[index]!.push(turn(contender, SECONDS / ROUNDS));
  }
  return found.map((all) => all.sort((left, right) => left - right)[ROUNDS >> 1]!);
}

function turn({ check, resources }: Contender, seconds: number): number {
  const end = performance.now() + seconds * 1000;
  const start = process.cpuUsage();
  let count = 0;
  do {
    for (const resource of resources) check(resource);
    count += resources.length;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(start);
  return (count * 1e6) / (user + system);
}

/** Milliseconds of CPU time of one call. */
function cost(call: () => unknown): number {
  const start = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** For a Bundle of so many Observations, the least of three times. */
function bundleCost(size: number): number {
  const entry = Array.from({ length: size }, (_, index) => ({
    fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    resource: JSON.parse(observation('p1', index)) as JsonObject,
  }));
  const bundle: JsonObject = { resourceType: 'Bundle', type: 'collection', entry };
  return Math.min(...[1, 2, 3].map(() => cost(() => validateResource(bundle))));
}

function line(name: string, perSecond: number, base: number): string {
  const ratio = `${(perSecond / base).toFixed(1)} x`;
  return `${name.padEnd(44)}${perSecond.toFixed(0).padStart(9)}/s${ratio.padStart(10)}\n`;
}

/** Our own, with these options. */
function ours(options: ValidationOptions): Check {
  return (resource) => validateResource(resource, options);
}

const HEART_RATE = 'http://hl7.org/fhir/StructureDefinition/heartrate';

/** Compares with `@medplum/core`, and shows start-up, Bundles and memory. */
export async function benchValidate(): Promise<void> {
  const first = cost(() => validateResource(JSON.parse(observation('p1', 60)) as JsonObject));
  const resources = observations();
  const write = `${resources.length} Observations, ${coreDefinitions().version}; the first one costs ${first.toFixed(0)} ms of CPU time\n`;
  process.stdout.write(write);
  await compare(resources);
  for (const size of BUNDLES)
    process.stdout.write(`Bundle of ${size}: ${bundleCost(size).toFixed(0)} ms of CPU time\n`);
  for (const [count, heap] of heapWithPackages([1, 5, 10])) {
    process.stdout.write(`heap after all profiles of ${count} packages of 400: ${heap.toFixed(0)} MB\n`);
  }
}

async function compare(resources: readonly JsonObject[]): Promise<void> {
  const medplum = await medplumValidator();
  const structure: Check = ({ resourceType, ...rest }) =>
    validate('Observation', { resourceType: resourceType!, ...rest });
  const ward = resources.filter(({ code }) => JSON.stringify(code).includes('8867-4'));
  const contenders: Contender[] = [
    { name: '@medplum/core validateResource', check: medplum, resources },
    { name: 'structure', check: structure, resources },
    { name: 'structure and bindings', check: ours({ extent: 'bindings' }), resources },
    { name: 'all but profiles, invariants too', check: ours({ claims: false }), resources },
    { name: 'as a write is checked', check: ours({ errorsOnly: true, impliedAs: 'warning' }), resources },
    { name: 'heart rates without their profile', check: ours({ claims: false }), resources: ward },
    { name: 'heart rates with their profile', check: ours({ profiles: [HEART_RATE] }), resources: ward },
  ];
  const found = rates(contenders);
  contenders.forEach(({ name }, index) => {
    process.stdout.write(line(name, found[index]!, found[0]!));
  });
}
