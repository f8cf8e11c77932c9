// DESIGN section 4: what a Consent leaves for the ledger, and that no honest decision lies outside the time of its Consent
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AccessFacts, decide } from '#libs/consent';
import { makeEvent } from '#libs/evidence';
import { parseSearch } from '#libs/search';
import type { EventMaker } from '#libs/store';
import { SYSTEM, type TestStore, testStore } from './test-store.js';

let it: TestStore;
beforeAll(async () => {
  it = await testStore();
});
afterAll(() => it.close());

const STRANGER: AccessFacts = { actors: ['Practitioner/9'], staff: false, purpose: 'TREAT' };
const observation = (id: string, patient: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
});
const consent = (id: string, patient: string, status = 'active') => ({
  resourceType: 'Consent',
  id,
  status,
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  patient: { reference: `Patient/${patient}` },
  provision: { type: 'permit', actor: [{ role: { text: 'r' }, reference: { reference: 'Practitioner/9' } }] },
});

interface Row {
  version: number;
  revoked: boolean;
  recorded: string;
  binding: string | null;
  handle: Buffer;
  last_updated: string;
}

const rowsOf = (id: string): Promise<Row[]> =>
  it.sql<Row>(
    `SELECT c.version, c.revoked, c.handle, micros(c.recorded) AS recorded, micros(c.binding) AS binding,
       micros(v.last_updated) AS last_updated
     FROM consent_event c JOIN version v ON v.pid = c.consent_pid WHERE v.id = $1 ORDER BY c.version`,
    [id],
  );

describe('a Consent', () => {
  test('leaves one row for each version, all under one name that is not its own', async () => {
    await it.put(consent('one', 'p1'));
    await it.put(consent('one', 'p1', 'inactive'));
    await it.put(consent('one', 'p1'));
    await it.remove('Consent', 'one');
    const rows = await rowsOf('one');
    expect(rows.map(({ version, revoked }) => [version, revoked])).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [4, true],
    ]);
    expect(new Set(rows.map(({ handle }) => handle.toString('hex'))).size).toBe(1);
    expect(rows[0]!.handle).toHaveLength(32);
    for (const row of rows) {
      expect(row.recorded).toBe(row.last_updated);
      expect(BigInt(row.binding!) > BigInt(row.recorded)).toBe(true);
    }
  });

  test('leaves none when its write is rolled back', async () => {
    const failed = it.store.transaction(async () => {
      await it.sql('SELECT 1');
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await expect(it.put(consent('two', 'p1'), SYSTEM, { ifMatch: 7 })).resolves.toMatchObject({ outcome: 'conflict' });
    expect(await rowsOf('two')).toEqual([]);
  });
});

describe('a permit', () => {
  test('names the Consents without which it would have been a denial; a denial names none', async () => {
    await it.put(observation('seen', 'p2'));
    await it.put(consent('three', 'p2'));
    const result = await it.read('Observation', 'seen', STRANGER);
    expect(result).toMatchObject({ outcome: 'found', consent: 'Consent/three/_history/1' });
    const draft = { action: 'read', outcome: 200, client: 'c', definitions: 'd' };
    const event = (decision: 'permit' | 'deny') => ({
      event: makeEvent({ ...draft, decision }, 'site', result.time),
      decision,
      time: result.time,
      patients: ['p2'],
      consents: ['Consent/three/_history/1'],
    });
    const both = [event('permit'), event('deny')];
    await it.store.record(both);
    const named = await it.sql<{ event_id: Buffer; id: string }>(
      'SELECT e.event_id, v.id FROM event_consent c JOIN event e ON e.id = c.event JOIN version v ON v.pid = c.consent_pid',
    );
    expect(named).toEqual([{ event_id: both[0]!.event.eventId, id: 'three' }]);
  });
});

describe('a permit that several patients had to give', () => {
  const appointment = (id: string) => ({
    resourceType: 'Appointment',
    id,
    status: 'booked',
    participant: ['p4', 'p5'].map((patient) => ({ actor: { reference: `Patient/${patient}` }, status: 'accepted' })),
  });
  const both = 'Consent/five/_history/1 Consent/four/_history/1';
  const reliedOn = (eventId: Buffer) =>
    it.sql<{ id: string }>(
      `SELECT v.id FROM event_consent c JOIN event e ON e.id = c.event JOIN version v ON v.pid = c.consent_pid
       WHERE e.event_id = $1 ORDER BY v.id`,
      [eventId],
    );

  test('names the Consent of each of them, and is dated by the latest', async () => {
    await it.put(appointment('shared'));
    await it.put(consent('four', 'p4'));
    expect(await it.read('Appointment', 'shared', STRANGER)).toMatchObject({ outcome: 'denied' });
    await it.put(consent('older', 'p5'));
    await it.put(consent('five', 'p5'));
    const result = await it.read('Appointment', 'shared', STRANGER);
    expect(result).toMatchObject({ outcome: 'found', consent: both });
    const [latest] = await rowsOf('five');
    expect(result.time >= BigInt(latest!.recorded)).toBe(true);
    const history = await it.store.history(
      { type: 'Appointment', id: 'shared', count: 5 },
      decide(STRANGER, it.store.hash64),
    );
    expect(history).toMatchObject({ entries: [{ consent: both }] });
  });

  test('leaves all of them with the event of a write', async () => {
    let made: Buffer | undefined;
    const event: EventMaker = (time, facts) => {
      expect(facts.consent).toBe(both);
      const draft = { action: 'update', decision: facts.decision, outcome: 200, client: 'c', definitions: 'd' };
      const { eventId, ...rest } = makeEvent(draft, 'site', time);
      made = eventId;
      return { eventId, ...rest };
    };
    expect(await it.put(appointment('shared'), STRANGER, { event })).toMatchObject({ outcome: 'updated' });
    expect(await reliedOn(made!)).toEqual([{ id: 'five' }, { id: 'four' }]);
  });
});

/** What is relied on while others revoke and give again, read by read, search by search, history by history. */
test('however reads and revocations race, each read is dated inside the time of the Consent it relied on', async () => {
  const name = { type: 'Observation', id: 'raced' };
  await it.put(observation('raced', 'p3'));
  await it.put(consent('raced', 'p3'));
  const relied: { version: number; time: bigint }[] = [];
  const note = (time: bigint, by: string | undefined) => {
    if (by !== undefined) relied.push({ version: Number(by.split('/').at(-1)), time });
  };
  const permit = decide(STRANGER, it.store.hash64);
  const request = parseSearch('Observation', [['subject', 'Patient/p3']], {
    hash64: it.store.hash64,
    cursorKey: it.store.siteKey('cursor'),
    requester: 'x',
    baseUrl: 'http://x',
  });
  let revoking = true;
  const asks = [
    async () => {
      const read = await it.store.read(name, permit);
      note(read.time, 'consent' in read ? read.consent : undefined);
    },
    async () => {
      const page = await it.store.search(request, permit);
      for (const match of page.matches) note(page.time, match.consent);
    },
    async () => {
      const history = await it.store.history({ ...name, count: 5 }, permit);
      if (history.outcome === 'found') for (const { consent: by } of history.entries) note(history.time, by);
    },
  ];
  const readers = [...asks, ...asks].map(async (ask) => {
    while (revoking) await ask();
  });
  for (let turn = 0; turn < 60; turn += 1) await it.put(consent('raced', 'p3', turn % 2 === 0 ? 'inactive' : 'active'));
  revoking = false;
  await Promise.all(readers);
  const rows = await rowsOf('raced');
  const outside = relied.filter(({ version, time }) => {
    const [own, next] = [rows[version - 1]!, rows[version]];
    return time < BigInt(own.recorded) || own.revoked || (next !== undefined && time >= BigInt(next.binding!));
  });
  expect(relied.length).toBeGreaterThan(100);
  expect(outside).toEqual([]);
}, 60_000);
