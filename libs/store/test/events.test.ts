// DESIGN section 3: no answer without its event, durable before the data is sent
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeOpening, decodeRecord, type MadeEvent, makeEvent } from '#libs/evidence';
import type { EventToRecord } from '#libs/store';
import { SYSTEM, type TestStore, testStore } from './test-store.js';

let it: TestStore;
beforeAll(async () => {
  it = await testStore();
});
afterAll(() => it.close());

const made = (time: bigint, more: Partial<Parameters<typeof makeEvent>[0]> = {}): MadeEvent =>
  makeEvent(
    { action: 'read', decision: 'permit', outcome: 200, client: 'test', definitions: 'test', ...more },
    'test-site',
    time,
  );
const event = (time: bigint, patients: string[], more: Partial<EventToRecord> = {}): EventToRecord => ({
  event: made(time, { patient: patients.length === 1 ? patients[0] : undefined }),
  decision: 'permit',
  time,
  patients,
  ...more,
});
const count = async () => Number((await it.sql<{ n: string }>('SELECT count(*) AS n FROM event'))[0]?.n);

describe('recording', () => {
  test('is done when it resolves, and shares inserts between all who wait', async () => {
    const before = await count();
    const time = await it.store.time();
    const inserted = () => it.sql<{ n: string }>('SELECT count(DISTINCT xmin::text) AS n FROM event');
    const transactions = Number((await inserted())[0]?.n);
    await Promise.all(Array.from({ length: 500 }, (_, n) => it.store.record([event(time, [`r${n % 7}`])])));
    expect(await count()).toBe(before + 500);
    expect(Number((await inserted())[0]?.n) - transactions).toBeLessThan(30);
  });

  test('refuses an event from the future or from long ago, and only that one', async () => {
    const time = await it.store.time();
    const before = await count();
    const results = await Promise.allSettled([
      it.store.record([event(time, ['a'])]),
      it.store.record([event(time + 3_600_000_000n, ['a'])]),
      it.store.record([event(time - 3_600_000_000n, ['a'])]),
      it.store.record([event(time, ['b'])]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await count()).toBe(before + 2);
  });

  test('of nothing is nothing', async () => {
    const before = await count();
    await it.store.record([]);
    expect(await count()).toBe(before);
  });

  test('wakes the worker, and says where a Consent may be among what is new', async () => {
    const runner = it.store.dataSource.createQueryRunner();
    const client = await runner.connect();
    const next = () => new Promise<object>((resolve) => client.once('notification', resolve));
    await runner.query('LISTEN holdfast_event');
    const first = next();
    await it.store.record([event(await it.store.time(), [])]);
    expect(await first).toMatchObject({ channel: 'holdfast_event', payload: '' });
    const second = next();
    await it.store.transaction(async (store) => store.record([event(await store.time(), [])]));
    expect(await second).toMatchObject({ channel: 'holdfast_event', payload: 'consent' });
    await runner.release();
  });
});

test('the time of the database is the same for all who ask at once, and moves on', async () => {
  const [a, b] = await Promise.all([it.store.time(), it.store.time()]);
  expect(a).toBe(b);
  expect((await it.store.time()) > a).toBe(true);
});

describe('the events about a patient', () => {
  test('are those of writes, reads and denials, alone or with other patients, oldest first', async () => {
    await it.put({ resourceType: 'Patient', id: 'listed' });
    const read = await it.read('Patient', 'listed');
    await it.store.record([event(read.time, ['listed'], { subject: { type: 'Patient', id: 'listed' } })]);
    await it.store.record([event(read.time, ['listed', 'other'])]);
    await it.store.record([event(read.time, ['other'])]);
    await it.put({ resourceType: 'Patient', id: 'listed' }, { actors: [], staff: false });
    const { events, next } = await it.store.events({ patient: 'listed', count: 10, after: 0n });
    expect(next).toBeUndefined();
    expect(events.map(({ decision }) => decision)).toEqual(['permit', 'permit', 'permit', 'deny']);
    expect(events.map(({ record }) => decodeRecord(record).outcome)).toEqual([201, 200, 200, 404]);
    const openings = events.map(({ opening }) => opening && decodeOpening(opening));
    expect(openings.map((opening) => opening?.patient)).toEqual(['listed', 'listed', undefined, 'listed']);
    expect(events.every(({ anchored, leafIndex }) => !anchored && leafIndex === undefined)).toBe(true);
    expect(events.every((one) => one.time === decodeRecord(one.record).time)).toBe(true);
  });

  test('come in pages', async () => {
    const time = await it.store.time();
    for (let n = 0; n < 5; n += 1) await it.store.record([event(time, ['paged'])]);
    const seen: string[] = [];
    let after: bigint | undefined = 0n;
    while (after !== undefined) {
      const page: Awaited<ReturnType<typeof it.store.events>> = await it.store.events({
        patient: 'paged',
        count: 2,
        after,
      });
      seen.push(...page.events.map(({ eventId }) => eventId.toString('hex')));
      after = page.next;
    }
    expect(new Set(seen).size).toBe(5);
  });

  test('lose their openings, but not themselves, with the patient’s key', async () => {
    await it.put({ resourceType: 'Patient', id: 'forgotten' });
    await it.sql(`UPDATE patient_key SET wrapped = NULL WHERE id = 'forgotten'`);
    const { events } = await it.store.events({ patient: 'forgotten', count: 9, after: 0n });
    expect(events.map(({ opening, decision }) => [opening, decision])).toEqual([[undefined, 'permit']]);
  });
});

test('a denied read is found again by the resource asked for, once it is recorded', async () => {
  await it.put({ resourceType: 'Patient', id: 'hidden' });
  const name = { type: 'Patient', id: 'hidden' };
  const denied = await it.read('Patient', 'hidden', { actors: [], staff: false });
  expect(await it.store.isDenialOnRecord(name)).toBe(false);
  await it.store.record([event(denied.time, ['hidden'], { decision: 'deny', subject: name })]);
  expect(await it.store.isDenialOnRecord(name)).toBe(true);
  expect(await it.store.isDenialOnRecord({ ...name, type: 'Observation' })).toBe(false);
});

test('every write has left exactly one event, with its commitment in the record', async () => {
  await it.put({ resourceType: 'Patient', id: 'proven' });
  await it.remove('Patient', 'proven', SYSTEM);
  const rows = await it.sql<{ record: Buffer; commitment: Buffer }>(
    `SELECT e.record, v.commitment FROM version v JOIN event e ON e.version_pid = v.pid WHERE v.id = 'proven'`,
  );
  expect(rows).toHaveLength(2);
  for (const { record, commitment } of rows) expect(decodeRecord(record).content).toEqual(commitment);
});
