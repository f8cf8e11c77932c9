// FHIR R4 http.html#create, #update, #delete, #read, #vread, #history
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { decide, decideWrite } from '#libs/consent';
import { instant } from '#libs/fhir-model';
import { document, eventOf, SYSTEM, type TestStore, testStore } from './test-store.js';

let it: TestStore;
beforeAll(async () => {
  it = await testStore();
});
afterAll(() => it.close());

const patient = (id: string, more: object = {}) => ({ resourceType: 'Patient', id, ...more });
const observation = (id: string, of: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${of}` },
  ...more,
});

describe('a version', () => {
  test('is stored as it was sent, with id and meta spliced in', async () => {
    const text = '{"resourceType":"Observation","valueQuantity":{"value":1.00},"status":"final","code":{"text":"é"}}';
    const sent = { text, value: JSON.parse(text), lexeme: () => '1.00' };
    const result = await it.store.create(
      { type: 'Observation', document: sent, event: eventOf },
      decideWrite(SYSTEM, it.store.hash64),
      decide(SYSTEM, it.store.hash64),
    );
    if (result.outcome !== 'created') throw new Error(result.outcome);
    const { id, lastUpdated } = result.version;
    const meta = `"meta":{"versionId":"1","lastUpdated":"${instant(lastUpdated)}"}`;
    const expected = text.replace('"Observation",', `"Observation","id":"${id}",${meta},`);
    expect(result.version.bytes.toString()).toBe(expected);
    const read = await it.read('Observation', id);
    expect(read.outcome === 'found' && read.version.bytes.toString()).toBe(expected);
    expect(read.outcome === 'found' && read.version).toEqual(result.version);
  });

  test('has the number after the one before, and the first one is a creation', async () => {
    expect(await it.put(patient('n'))).toMatchObject({ outcome: 'created', version: { version: 1 }, readable: true });
    expect(await it.put(patient('n'))).toMatchObject({ outcome: 'updated', version: { version: 2 } });
    expect(await it.remove('Patient', 'n')).toMatchObject({ outcome: 'deleted', version: { version: 3 } });
    expect(await it.put(patient('n'))).toMatchObject({ outcome: 'created', version: { version: 4 } });
  });

  test('is gone when deleted, and older ones stay', async () => {
    await it.put(observation('gone', 'p'));
    await it.remove('Observation', 'gone');
    expect(await it.read('Observation', 'gone')).toMatchObject({ outcome: 'gone', version: { patients: ['p'] } });
    const permit = decide(SYSTEM, it.store.hash64);
    const first = await it.store.vread({ type: 'Observation', id: 'gone', version: 1 }, permit);
    expect(first.outcome === 'found' && JSON.parse(first.version.bytes.toString()).id).toBe('gone');
    expect(await it.store.vread({ type: 'Observation', id: 'gone', version: 3 }, permit)).toMatchObject({
      outcome: 'absent',
    });
    expect(await it.remove('Observation', 'gone')).toMatchObject({ outcome: 'gone', current: 2 });
  });

  test('has a history, newest first, in pages', async () => {
    for (let n = 1; n <= 5; n += 1) await it.put(observation('h', 'p'));
    const permit = decide(SYSTEM, it.store.hash64);
    const first = await it.store.history({ type: 'Observation', id: 'h', count: 3 }, permit);
    if (first.outcome !== 'found') throw new Error(first.outcome);
    expect(first.entries.map(({ version }) => version.version)).toEqual([5, 4, 3]);
    expect(first).toMatchObject({ total: 5, next: 3 });
    const second = await it.store.history({ type: 'Observation', id: 'h', count: 3, before: 3 }, permit);
    if (second.outcome !== 'found') throw new Error(second.outcome);
    expect(second.entries.map(({ version }) => version.version)).toEqual([2, 1]);
    expect(second.next).toBeUndefined();
    expect(await it.store.history({ type: 'Observation', id: 'none', count: 3 }, permit)).toMatchObject({
      outcome: 'absent',
    });
  });
});

describe('If-Match', () => {
  test('lets the named version be replaced and no other', async () => {
    await it.put(patient('m'));
    expect(await it.put(patient('m'), SYSTEM, { ifMatch: 2 })).toMatchObject({ outcome: 'conflict', current: 1 });
    expect(await it.put(patient('m'), SYSTEM, { ifMatch: 1 })).toMatchObject({ outcome: 'updated' });
    expect(await it.remove('Patient', 'm', SYSTEM, { ifMatch: 1 })).toMatchObject({ outcome: 'conflict', current: 2 });
  });

  test('is a conflict where there is nothing', async () => {
    expect(await it.put(patient('nothing'), SYSTEM, { ifMatch: 1 })).toMatchObject({ outcome: 'conflict' });
    expect(await it.read('Patient', 'nothing')).toMatchObject({ outcome: 'absent' });
  });
});

test('an update that may not create leaves nothing but an event', async () => {
  const before = await it.sql<{ n: string }>('SELECT count(*) AS n FROM event');
  expect(await it.put(patient('free'), SYSTEM, { mayCreate: false })).toMatchObject({ outcome: 'absent' });
  expect(await it.read('Patient', 'free')).toMatchObject({ outcome: 'absent' });
  const after = await it.sql<{ n: string }>('SELECT count(*) AS n FROM event');
  expect(Number(after[0]?.n)).toBe(Number(before[0]?.n) + 1);
});

describe('fifty clients on one resource', () => {
  test('get versions 1..50, each once, in the order of time', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => it.put(observation('busy', 'p'))));
    const versions = results.flatMap((result) => ('version' in result ? [result.version] : []));
    versions.sort((a, b) => a.version - b.version);
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    const times = versions.map(({ lastUpdated }) => lastUpdated);
    expect(times.every((time, n) => n === 0 || time > (times[n - 1] ?? time))).toBe(true);
  });

  test('that appears while they come get versions without gap, whoever comes when', async () => {
    for (let round = 0; round < 20; round += 1) {
      const late = (n: number) => new Promise((resolve) => setTimeout(resolve, (n * 7) % 5));
      const put = (n: number) => late(n).then(() => it.put(patient(`appears-${round}`)));
      const results = await Promise.all(Array.from({ length: 12 }, (_, n) => put(n)));
      const versions = results.map((result) => ('version' in result ? result.version.version : 0));
      expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    }
  });

  test('with If-Match have one winner', async () => {
    await it.put(patient('race'));
    const results = await Promise.all(
      Array.from({ length: 50 }, () => it.put(patient('race'), SYSTEM, { ifMatch: 1 })),
    );
    const outcomes = results.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'updated')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(49);
  });

  test('about many patients and their Consents do not block each other for good', async () => {
    const consent = (n: number) => ({
      resourceType: 'Consent',
      id: `c${n % 3}`,
      status: 'inactive',
      patient: { reference: `Patient/many${n % 5}` },
    });
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        n % 4 === 0 ? it.put(consent(n)) : it.put(observation(`o${n % 7}`, `many${(n * 3) % 5}`)),
      ),
    );
  });
});

describe('the time of a creation', () => {
  const create = () =>
    it.store.create(
      { type: 'Patient', document: document({ resourceType: 'Patient' }), event: eventOf },
      decideWrite(SYSTEM, it.store.hash64),
      decide(SYSTEM, it.store.hash64),
    );

  test('is that of Postgres, to within a second and never ahead', async () => {
    for (let n = 0; n < 20; n += 1) {
      const before = await it.store.time();
      const { time } = await create();
      const after = await it.store.time();
      expect(time <= after && time > before - 1_000_000n).toBe(true);
    }
  });

  test('is asked for again when this machine’s clock has run ahead of the one of Postgres', async () => {
    await it.store.time();
    const real = process.hrtime.bigint.bind(process.hrtime);
    const ahead = jest.spyOn(process.hrtime, 'bigint').mockImplementation(() => real() + 900_000_000n);
    try {
      const { outcome, time } = await create();
      expect(outcome).toBe('created');
      expect(time <= (await it.store.time())).toBe(true);
    } finally {
      ahead.mockRestore();
    }
  });
});

test('after all that, every version has its event and every row agrees with its content', async () => {
  expect(await it.store.check()).toEqual([]);
});
