// Nothing readable about a patient on the ledger: words that no chance makes, sent through the API, sought in every byte of every block
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { judge } from './checker.js';
import { InstallationUnderTest, SITE } from './installation.js';
import { scanLedger } from './ledger-scan.js';

let installation: InstallationUnderTest;
beforeAll(async () => {
  installation = await InstallationUnderTest.open();
}, 120_000);
afterAll(() => installation.close());

const CANARY = 'Zyqwxv';
const word = (name: string) => `${CANARY}${name}`;
const SCOPE = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] };
const CATEGORY = [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }];
const patient = { reference: `Patient/${word('patient')}` };

const RESOURCES = [
  { resourceType: 'Patient', id: word('patient'), name: [{ family: word('Family') }], birthDate: '1931-07-29' },
  {
    resourceType: 'Observation',
    id: word('observation'),
    status: 'final',
    code: { text: word('Code') },
    subject: patient,
  },
  {
    resourceType: 'Consent',
    id: word('consent'),
    status: 'active',
    scope: SCOPE,
    category: CATEGORY,
    patient,
    policy: [{ uri: `http://example.org/${word('policy')}` }],
    provision: {
      type: 'permit',
      actor: [{ role: { text: word('Role') }, reference: { reference: 'Practitioner/9' } }],
    },
  },
];

async function ask(method: string, path: string, as: 'system' | 'stranger', body?: object): Promise<number> {
  const response = await fetch(`${installation.base}/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${installation.tokens[as]}`,
      ...(body ? { 'content-type': 'application/fhir+json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  await response.arrayBuffer();
  return response.status;
}

/** In the forms in which a text can hide in a block: as it is, as hexadecimal digits, and in base64 at each of its three phases. */
function forms(text: string): string[] {
  const base64 = [0, 1, 2].map((phase) =>
    Buffer.concat([Buffer.alloc(phase), Buffer.from(text)])
      .toString('base64')
      .slice(phase === 0 ? 0 : phase + 1, -4),
  );
  return [text, Buffer.from(text).toString('hex'), ...base64];
}

it('what is written, read, searched, permitted and revoked leaves no word of it in any block', async () => {
  for (const resource of RESOURCES)
    expect(await ask('PUT', `${resource.resourceType}/${resource.id}`, 'system', resource)).toBe(201);
  expect(await ask('GET', `Observation/${word('observation')}`, 'stranger')).toBe(200);
  expect(await ask('GET', `Patient?family=${word('Family')}&birthdate=1931-07-29`, 'system')).toBe(200);
  expect(await ask('PUT', `Consent/${word('consent')}`, 'system', { ...RESOURCES[2], status: 'inactive' })).toBe(200);
  expect(await ask('GET', `Observation/${word('observation')}`, 'stranger')).toBe(404);
  expect(await ask('GET', `Observation/${word('nothing')}`, 'stranger')).toBe(404);
  await installation.drained(60);
  const { blocks, logs, consents } = await scanLedger(installation.dataDir, SITE);
  expect(consents).toHaveLength(2);
  expect(logs.flatMap((log) => log.consents)).not.toEqual([]);
  const sought = [
    CANARY,
    CANARY.toLowerCase(),
    '1931-07-29',
    'Practitioner/9',
    'Observation/',
    'Patient/',
    'Consent/',
  ].flatMap(forms);
  const found = blocks.flatMap((block, number) =>
    sought.filter((form) => block.includes(form)).map((form) => `block ${number} has ${form}`),
  );
  expect(found).toEqual([]);
  expect((await judge(installation)).faults).toEqual([]);
}, 120_000);

it('would be found if it were there', () => {
  const hidden = [`x${CANARY}y`, Buffer.from(`ab${CANARY}cd`).toString('hex')];
  for (const before of ['', 'a', 'ab', 'abc']) hidden.push(Buffer.from(`${before}${CANARY}zz`).toString('base64'));
  for (const text of hidden) expect(forms(CANARY).some((form) => text.includes(form))).toBe(true);
});
