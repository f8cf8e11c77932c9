// FHIR R4: the twelve official examples of Consent, as of a day in 2026
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { compileRules } from '#libs/consent';
import type { Consent } from '#libs/fhir-model';
import { hash64 } from './hash64.js';

const FOLDER = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
const NOW = '2026-11-21T00:00:00.000Z';

async function rulesInForce(name: string): Promise<string[]> {
  const text = await readFile(join(FOLDER, `Consent-consent-example-${name}.json`), 'utf8');
  const rules = compileRules(JSON.parse(text) as Consent, hash64);
  return rules
    .filter(({ since, until }) => (since === null || since <= NOW) && (until === null || NOW < until))
    .map(words);
}

const NAMES = [
  'Patient/f001',
  'Patient/example',
  'Patient/72',
  'Patient/xcda',
  'Organization/f001',
  'Practitioner/f204',
];

function words(rule: ReturnType<typeof compileRules>[number]): string {
  const patient = NAMES.find((name) => hash64('Patient', name.split('/')[1] ?? '') === rule.patient);
  const actors = rule.actors?.map((actor) => NAMES.find((name) => hash64('consent-actor', name) === actor) ?? '?');
  const purposes = rule.purposes?.map((code) => (code === hash64('consent-purpose', 'ETREAT') ? 'ETREAT' : '?'));
  return [
    `${rule.permit ? 'permit' : 'deny'} ${patient}`,
    `to ${actors?.join(', ') ?? 'all'}`,
    ...(purposes ? [`for ${purposes.join(', ')}`] : []),
  ].join(' ');
}

test.each([
  // The policy is an opt-out and its actor the custodian who holds the data: nobody is told anything.
  ['Out', ['deny Patient/f001 to all']],
  // Its exception for emergencies has no type, so it is not taken for a permit; its nested deny is for all.
  ['Emergency', ['deny Patient/f001 to all for ETREAT', 'deny Patient/f001 to all']],
  // `action` is not understood, so all is denied to whom it names.
  ['notOrg', ['deny Patient/f001 to Organization/f001']],
  ['pkb', Array.from({ length: 12 }, () => 'deny Patient/example to Organization/f001')],
  // Says opt-out and means that someone may read: fails closed.
  ['grantor', ['deny Patient/f001 to Organization/f001, Patient/example']],
  // Opt-ins with criteria that are not understood permit nothing.
  ['notAuthor', []],
  ['notThem', []],
  ['notThis', []],
  // Long over.
  ['basic', []],
  ['notTime', []],
  ['signature', []],
  ['smartonfhir', []],
])('%s', async (name, expected) => {
  expect(await rulesInForce(name)).toEqual(expected);
});
