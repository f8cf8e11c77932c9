// Generated patients: the same for the same seed, and nothing in them that a validator has a word to say about
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from '#libs/fhir-json';
import { validateResource } from '#libs/validation';
import { type Generated, generate } from '../src/generate/generate.js';
import { writeFiles } from '../src/generate/write-files.js';

const PATIENTS = 40;

interface Entry {
  fullUrl: string;
  resource: { resourceType: string; [element: string]: unknown };
  request: { method: string; url: string; ifNoneExist?: string };
}

const entriesOf = ({ text }: Generated) => (JSON.parse(text) as { entry: Entry[] }).entry;
const all = [...generate('a', PATIENTS)];

/** Of terminologies that nobody may pass on with software, a validator holds none. */
const NOT_HELD = /^the code system "\S+" is not held/;

test('what is generated is valid in depth, without a warning but for terminologies that are not held', () => {
  const said = new Map<string, number>();
  for (const transaction of all) {
    for (const { severity, details = '', diagnostics, expression } of validateResource(
      parse(Buffer.from(transaction.text)).value,
    )) {
      if (severity === 'information' || NOT_HELD.test(details)) continue;
      const where = String(expression).replace(/\[\d+\]/g, '');
      const key = `${severity}: ${details} (${diagnostics}) at ${where}`;
      said.set(key, (said.get(key) ?? 0) + 1);
    }
  }
  expect([...said]).toEqual([]);
});

test('each resource is valid by itself, too', () => {
  const errors = all
    .slice(0, 10)
    .flatMap(entriesOf)
    .flatMap(({ resource }) => validateResource(parse(Buffer.from(JSON.stringify(resource))).value))
    .filter(({ severity }) => severity === 'error' || severity === 'fatal');
  expect(errors).toEqual([]);
});

test('nothing but the seed and the number of a patient decides what is in a record', () => {
  const digest = (list: Generated[]) =>
    createHash('sha256')
      .update(list.map(({ text }) => text).join('\n'))
      .digest('hex');
  expect(digest([...generate('a', PATIENTS)])).toBe(digest(all));
  expect([...generate('a', 3)]).toEqual(all.slice(0, 4));
  expect(digest([...generate('b', PATIENTS)])).not.toBe(digest(all));
});

test('a record runs over years and is of many types', () => {
  const types = new Set(all.flatMap(entriesOf).map(({ resource }) => resource.resourceType));
  expect([...types].sort()).toEqual([
    'AllergyIntolerance',
    'CarePlan',
    'CareTeam',
    'Claim',
    'Condition',
    'Coverage',
    'DiagnosticReport',
    'DocumentReference',
    'Encounter',
    'ExplanationOfBenefit',
    'Immunization',
    'Location',
    'MedicationRequest',
    'Observation',
    'Organization',
    'Patient',
    'Practitioner',
    'Procedure',
  ]);
  const counts = all.slice(1).map(({ resources }) => resources);
  expect(counts.reduce((sum, count) => sum + count, 0) / PATIENTS).toBeGreaterThan(100);
});

test('references within a record are to what is in it; those beyond are searches that the hospitals answer', () => {
  const [first, ...rest] = all.map(entriesOf);
  const shared = new Set(first?.map(({ request }) => `${request.url}?${request.ifNoneExist}`));
  expect([...shared].every((search) => /\?identifier=[^|]+\|[\w-]+$/.test(search))).toBe(true);
  for (const entries of rest) {
    const own = new Set(entries.map(({ fullUrl }) => fullUrl));
    expect(own.size).toBe(entries.length);
    const references = [...JSON.stringify(entries).matchAll(/"reference":"([^"]+)"/g)].map(
      ([, reference]) => reference as string,
    );
    expect(references.filter((reference) => !own.has(reference) && !shared.has(reference))).toEqual([]);
  }
});

test.each([
  ['bundles', ['0-hospitals.json', 'patient-0000001.json', 'patient-0000002.json']],
  ['ndjson', ['0-hospitals.ndjson', 'patients.ndjson']],
] as const)('files (%s) hold it as it is, the hospitals first', async (layout, names) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-generate-'));
  await writeFiles(generate('a', 2), folder, layout, () => undefined);
  expect((await readdir(folder)).sort()).toEqual(names);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  expect(texts.join('').replaceAll('\n', '')).toBe(
    all
      .slice(0, 3)
      .map(({ text }) => text)
      .join(''),
  );
  await rm(folder, { recursive: true });
});
