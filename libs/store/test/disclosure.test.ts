// DESIGN section 3: what is denied looks like what is absent, and a Consent binds from the next statement on
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AccessFacts, decide, decideWrite } from '#libs/consent';
import { document, eventOf, SYSTEM, type TestStore, testStore } from './test-store.js';

let it: TestStore;
beforeAll(async () => {
  it = await testStore();
});
afterAll(() => it.close());

const STRANGER: AccessFacts = { actors: ['Practitioner/9', 'Organization/elsewhere'], staff: false, purpose: 'TREAT' };
const STAFF: AccessFacts = { actors: ['Practitioner/1', 'Organization/custodian'], staff: true, purpose: 'TREAT' };
const self = (id: string): AccessFacts => ({ actors: [`Patient/${id}`], staff: false, self: id, compartment: id });

const observation = (id: string, ...patients: string[]) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patients[0]}` },
  performer: patients.slice(1).map((other) => ({ reference: `Patient/${other}` })),
});
const consent = (id: string, patient: string, provision: object, status = 'active') => ({
  resourceType: 'Consent',
  id,
  status,
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  patient: { reference: `Patient/${patient}` },
  provision,
});
const to = (...references: string[]) => ({
  actor: references.map((reference) => ({ role: { text: 'recipient' }, reference: { reference } })),
});

describe('where no Consent speaks', () => {
  beforeAll(() => it.put(observation('plain', 'plain')));

  test('the custodian’s own may see for treatment, payment and operations', async () => {
    for (const purpose of ['TREAT', 'HPAYMT', 'HOPERAT']) {
      expect(await it.show('Observation', 'plain', { ...STAFF, purpose })).toMatchObject({ outcome: 'found' });
    }
    expect(await it.show('Observation', 'plain', { ...STAFF, purpose: 'HMARKT' })).toMatchObject({ outcome: 'denied' });
    expect(await it.show('Observation', 'plain', { actors: [], staff: true })).toMatchObject({ outcome: 'denied' });
  });

  test('patients see their own record, and nobody else sees anything', async () => {
    expect(await it.show('Observation', 'plain', self('plain'))).toMatchObject({ outcome: 'found' });
    expect(await it.show('Observation', 'plain', self('other'))).toMatchObject({ outcome: 'denied' });
    expect(await it.show('Observation', 'plain', STRANGER)).toMatchObject({ outcome: 'denied', patients: ['plain'] });
  });

  test('a version of two patients needs the leave of both', async () => {
    await it.put(observation('shared', 'plain', 'second'));
    expect(await it.show('Observation', 'shared', SYSTEM)).toMatchObject({ outcome: 'found' });
    expect(await it.show('Observation', 'shared', self('plain'))).toMatchObject({ outcome: 'denied' });
    await it.put(consent('second-permits', 'second', { type: 'permit', ...to('Patient/plain') }));
    expect(await it.show('Observation', 'shared', self('plain'))).toMatchObject({
      outcome: 'found',
      consent: 'Consent/second-permits/_history/1',
    });
  });

  test('what is about no patient is for all but those limited to a compartment', async () => {
    await it.put({ resourceType: 'Organization', id: 'o', name: 'x' });
    expect(await it.show('Organization', 'o', STRANGER)).toMatchObject({ outcome: 'found' });
    expect(await it.show('Organization', 'o', self('plain'))).toMatchObject({ outcome: 'denied' });
  });
});

describe('a Consent', () => {
  test('that permits opens the record to whom it names, and is named as what decided', async () => {
    await it.put(observation('open', 'open'));
    await it.put(consent('opens', 'open', { type: 'permit', ...to('Practitioner/9') }));
    expect(await it.show('Observation', 'open', STRANGER)).toMatchObject({
      outcome: 'found',
      consent: 'Consent/opens/_history/1',
    });
  });

  test('that denies is stronger than any that permits, and than the default', async () => {
    await it.put(observation('shut', 'shut'));
    await it.put(consent('permits', 'shut', { type: 'permit' }));
    await it.put(consent('denies', 'shut', { type: 'deny', ...to('Practitioner/1') }));
    expect(await it.show('Observation', 'shut', STAFF)).toMatchObject({
      outcome: 'denied',
      consent: 'Consent/denies/_history/1',
    });
    expect(await it.show('Observation', 'shut', SYSTEM)).toMatchObject({ outcome: 'found' });
    expect(await it.show('Observation', 'shut', self('shut'))).toMatchObject({ outcome: 'found' });
  });

  test('binds from the next statement on: revoked, replaced, deleted and recorded', async () => {
    const permit = { type: 'permit', ...to('Practitioner/9') };
    const outcome = async () => (await it.show('Observation', 'turn', STRANGER)).outcome;
    await it.put(observation('turn', 'turn'));
    expect(await outcome()).toBe('denied');
    await it.put(consent('turns', 'turn', permit));
    expect(await outcome()).toBe('found');
    await it.put(consent('turns', 'turn', permit, 'inactive'));
    expect(await outcome()).toBe('denied');
    await it.put(consent('turns', 'turn', permit));
    expect(await outcome()).toBe('found');
    await it.put(consent('turns', 'turn', { type: 'permit', ...to('Practitioner/8') }));
    expect(await outcome()).toBe('denied');
    await it.put(consent('turns', 'turn', permit));
    await it.remove('Consent', 'turns');
    expect(await outcome()).toBe('denied');
  });

  test('that is revoked while a thousand reads run lets none see anything that begins after', async () => {
    const permit = { type: 'permit', ...to('Practitioner/9') };
    await it.put(observation('storm', 'storm'));
    await it.put(consent('storms', 'storm', permit));
    let revoked = false;
    let late = 0;
    const readOn = async () => {
      for (let n = 0; n < 25; n += 1) {
        const after = revoked;
        const { outcome } = await it.show('Observation', 'storm', STRANGER);
        if (after && outcome !== 'denied') late += 1;
      }
    };
    const readers = Array.from({ length: 40 }, readOn);
    await it.put(consent('storms', 'storm', permit, 'inactive'));
    revoked = true;
    await Promise.all(readers);
    await Promise.all(Array.from({ length: 4 }, readOn));
    expect(late).toBe(0);
  });

  test('about an older version counts by that version’s own patients', async () => {
    await it.put(observation('moved', 'before'));
    await it.put(observation('moved', 'after'));
    await it.put(consent('of-before', 'before', { type: 'permit', ...to('Practitioner/9') }));
    const permit = decide(STRANGER, it.store.hash64);
    const version = (n: number) => it.store.vread({ type: 'Observation', id: 'moved', version: n }, permit);
    expect([(await version(1)).outcome, (await version(2)).outcome]).toEqual(['found', 'denied']);
    const history = await it.store.history({ type: 'Observation', id: 'moved', count: 10 }, permit);
    expect(history).toMatchObject({ outcome: 'found', total: 1, entries: [{ version: { version: 1 } }] });
  });

  test('as the official opt-out example denies the custodian’s own system, and leaves other patients alone', async () => {
    const folder = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
    const example = async (name: string) => JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));
    await it.put(await example('Patient-f001'));
    await it.put(await example('Patient-example'));
    expect(await it.show('Patient', 'f001')).toMatchObject({ outcome: 'found' });
    await it.put(await example('Consent-consent-example-Out'));
    await it.put(await example('Consent-consent-example-pkb'));
    expect(await it.show('Patient', 'f001')).toMatchObject({
      outcome: 'denied',
      consent: 'Consent/consent-example-Out/_history/1',
    });
    expect(await it.show('Patient', 'example')).toMatchObject({ outcome: 'found' });
  });
});

describe('a history of which nothing may be shown', () => {
  test('is denied, with what a record of it needs', async () => {
    await it.put(observation('closed', 'closed'));
    const permit = decide(STRANGER, it.store.hash64);
    expect(await it.store.history({ type: 'Observation', id: 'closed', count: 1 }, permit)).toMatchObject({
      outcome: 'denied',
      patients: ['closed'],
      version: { id: 'closed', version: 1 },
    });
  });
});

describe('who writes', () => {
  test('for the custodian may record what may not be shown, and is told so', async () => {
    await it.put(consent('shuts', 'mute', { type: 'deny' }));
    expect(await it.put(observation('mute', 'mute'))).toMatchObject({ outcome: 'created', readable: false });
    expect(await it.show('Observation', 'mute')).toMatchObject({ outcome: 'denied' });
  });

  test('a Consent is told by that very Consent whether the answer may show it', async () => {
    expect(await it.put(consent('now', 'now', { type: 'deny' }))).toMatchObject({ readable: false });
    expect(await it.put(consent('now', 'now', { type: 'deny' }, 'inactive'))).toMatchObject({ readable: true });
  });

  test('without seeing the version there is, is refused like one who writes where nothing is', async () => {
    const sighted = { blind: false, mayCreate: false };
    await it.put(consent('hides', 'hid', { type: 'deny' }));
    await it.put(observation('hid', 'hid'));
    expect(await it.put(observation('hid', 'hid'), STAFF, { ...sighted, ifMatch: 1 })).toMatchObject({
      outcome: 'denied',
      consent: 'Consent/hides/_history/1',
    });
    expect(await it.put(observation('no-such', 'hid'), STAFF, { ...sighted, ifMatch: 1 })).toMatchObject({
      outcome: 'absent',
    });
    expect(await it.remove('Observation', 'hid', STAFF, { blind: false })).toMatchObject({ outcome: 'denied' });
    expect(await it.put(observation('hid', 'hid'), SYSTEM)).toMatchObject({ outcome: 'updated' });
  });

  test('from outside needs leave for the content and for what it replaces', async () => {
    await it.put(consent('guest', 'guest', { type: 'permit', ...to('Practitioner/9') }));
    const asGuest = (resource: object) =>
      it.store.create(
        { type: 'Observation', document: document(resource), event: eventOf },
        decideWrite(STRANGER, it.store.hash64),
        decide(STRANGER, it.store.hash64),
      );
    expect(await asGuest(observation('x', 'guest'))).toMatchObject({ outcome: 'created', readable: true });
    expect(await asGuest(observation('x', 'plain'))).toMatchObject({ outcome: 'denied' });
    await it.put(observation('taken', 'plain'));
    expect(await it.put(observation('taken', 'guest'), STRANGER)).toMatchObject({ outcome: 'denied', current: 1 });
  });

  test('a Consent must be the custodian’s or the patient: leave to see is no leave to consent', async () => {
    const permit = { type: 'permit', ...to('Practitioner/9') };
    await it.put(consent('trusts', 'trusting', permit));
    expect(await it.put(consent('widens', 'trusting', { type: 'permit' }), STRANGER)).toMatchObject({
      outcome: 'denied',
    });
    expect(await it.put(consent('trusts', 'trusting', { type: 'permit' }), STRANGER)).toMatchObject({
      outcome: 'denied',
    });
    expect(await it.remove('Consent', 'trusts', STRANGER)).toMatchObject({ outcome: 'denied' });
    expect(await it.put(consent('trusts', 'trusting', permit, 'inactive'), self('trusting'))).toMatchObject({
      outcome: 'updated',
    });
  });

  test('within a compartment cannot write outside it, nor move anything out', async () => {
    const own = self('inside');
    expect(await it.put(observation('mine', 'inside'), own)).toMatchObject({ outcome: 'created', readable: true });
    expect(await it.put(observation('theirs', 'outside'), own)).toMatchObject({ outcome: 'denied' });
    expect(await it.put(observation('mine', 'outside'), own)).toMatchObject({ outcome: 'denied' });
    expect(await it.remove('Observation', 'mine', own)).toMatchObject({ outcome: 'deleted' });
    const limited: AccessFacts = { ...STAFF, compartment: 'inside' };
    expect(await it.put(observation('theirs', 'outside'), limited)).toMatchObject({ outcome: 'denied' });
    expect(await it.put(observation('mine', 'inside'), limited)).toMatchObject({ outcome: 'created' });
  });

  test('and is denied leaves an event of the denial and nothing else', async () => {
    const count = async (table: string) => (await it.sql<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n;
    const before = [await count('version'), await count('index_entry'), Number(await count('event'))];
    expect(await it.put(observation('denied', 'plain'), STRANGER)).toMatchObject({ outcome: 'denied' });
    expect([await count('version'), await count('index_entry'), Number(await count('event')) - 1]).toEqual(before);
    expect(await it.store.isDenialOnRecord({ type: 'Observation', id: 'denied' })).toBe(true);
    expect(await it.store.isDenialOnRecord({ type: 'Observation', id: 'never-asked' })).toBe(false);
  });
});

test('after all that, every version has its event and every row agrees with its content', async () => {
  expect(await it.store.check()).toEqual([]);
});

test('what is denied takes as long as what is absent, give or take', async () => {
  const permit = decide(STRANGER, it.store.hash64);
  const took = async (id: string) => {
    const start = performance.now();
    await it.store.read({ type: 'Observation', id }, permit);
    return performance.now() - start;
  };
  const times: [number, number][] = [];
  for (let n = 0; n < 400; n += 1) times.push([await took('plain'), await took('absent')]);
  const median = (of: 0 | 1) => times.map((pair) => pair[of]).sort((a, b) => a - b)[200] ?? 0;
  expect(median(1) / median(0)).toBeGreaterThan(0.6);
  expect(median(1) / median(0)).toBeLessThan(1.6);
});
