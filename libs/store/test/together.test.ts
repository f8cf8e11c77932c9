// DESIGN section 3: what is asked for together is one statement, and each is decided and fails by itself
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AccessFacts, decide } from '#libs/consent';
import { Groups } from '../src/postgres/groups.js';
import { lookUp } from '../src/versions/lookup.js';
import { SYSTEM, type TestStore, testStore } from './test-store.js';

let it: TestStore;
beforeAll(async () => {
  it = await testStore();
  for (const id of PATIENTS) await it.put({ resourceType: 'Patient', id, active: true });
});
afterAll(() => it.close());

const PATIENTS = ['one', 'two', 'three', 'erased'];
const self = (id: string): AccessFacts => ({ actors: [`Patient/${id}`], staff: false, self: id, compartment: id });

describe('reads in one turn of the event loop', () => {
  test('are each decided for their own requester, whatever the others may see', async () => {
    const requesters = PATIENTS.slice(0, 3).map(self);
    const asked = requesters.flatMap((as) => PATIENTS.slice(0, 3).map((id) => ({ as, id })));
    const results = await Promise.all(asked.map(({ as, id }) => it.show('Patient', id, as)));
    expect(results.map(({ outcome }) => outcome)).toEqual(
      asked.map(({ as, id }) => (as.self === id ? 'found' : 'denied')),
    );
  });

  test('of what is there, what is not, and an old version are answered in their order', async () => {
    const permit = decide(SYSTEM, it.store.hash64);
    const results = await Promise.all([
      it.show('Patient', 'three'),
      it.store.vread({ type: 'Patient', id: 'two', version: 1 }, permit),
      it.store.vread({ type: 'Patient', id: 'two', version: 2 }, permit),
      it.show('Patient', 'nobody'),
      it.show('Patient', 'one', { ...SYSTEM, purpose: 'HMARKT' }),
      it.show('Patient', 'one'),
    ]);
    expect(results.map((result) => ('version' in result ? result.version.id : result.outcome))).toEqual([
      'three',
      'two',
      'absent',
      'absent',
      'one',
      'one',
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['found', 'found', 'absent', 'absent', 'denied', 'found']);
  });

  test('fail alone where one of them fails', async () => {
    await it.sql(`UPDATE patient_key SET wrapped = NULL WHERE id = 'erased'`);
    const [erased, kept] = await Promise.allSettled([it.show('Patient', 'erased'), it.show('Patient', 'one')]);
    expect(erased).toMatchObject({ status: 'rejected', reason: { status: 410 } });
    expect(kept).toMatchObject({ status: 'fulfilled', value: { outcome: 'found' } });
  });
});

test('a plan that is kept looks rules up by patient, so that it holds when there are many Consents', async () => {
  const outsider: AccessFacts = { actors: ['Patient/one'], staff: false };
  const lookup = { type: 'Patient', id: 'one', permit: decide(outsider, it.store.hash64) };
  const texts: string[] = [];
  const run = async ({ text }: { text: string }) => {
    texts.push(text);
    return [{ at: '1' }] as never[];
  };
  await lookUp([lookup], { run });
  const plan = await it.sql<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${texts[0]}`);
  const lines = plan.map((line) => line['QUERY PLAN']).join('\n');
  expect(lines).toContain('consent_rule');
  expect(lines).not.toContain('hashed');
});

describe('work in groups', () => {
  test('one that is slow does not hold up the others for long, one that is quick has none beside it', async () => {
    const slow = Promise.withResolvers<void>();
    let [running, most] = [0, 0];
    const work = async (items: readonly string[]) => {
      running += 1;
      most = Math.max(most, running);
      await (items.includes('slow') ? slow.promise : new Promise((resolve) => setImmediate(resolve)));
      running -= 1;
      return items;
    };
    const groups = new Groups(work, { parallel: 2, apart: 20, largest: 1, mostWaiting: 100 });
    await Promise.all(['a', 'b', 'c', 'd'].map((item) => groups.add(item)));
    expect(most).toBe(1);
    const held = groups.add('slow');
    expect(await Promise.all(['e', 'f'].map((item) => groups.add(item)))).toEqual(['e', 'f']);
    expect(most).toBe(2);
    slow.resolve();
    expect(await held).toBe('slow');
  });

  const gathering = { parallel: 1, largest: 3, mostWaiting: 8 };

  test('takes those who come in one turn together, and those who come meanwhile next', async () => {
    const groups: number[][] = [];
    const numbers = new Groups(async (items: readonly number[]) => {
      groups.push([...items]);
      return items.map((item) => item * 2);
    }, gathering);
    expect(await Promise.all([1, 2, 3, 4, 5].map((item) => numbers.add(item)))).toEqual([2, 4, 6, 8, 10]);
    expect(groups).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  test('tries each alone where a group fails, so that one bad item spoils none beside it', async () => {
    const careful = new Groups(async (items: readonly number[]) => {
      if (items.includes(2)) throw new Error('two');
      return items;
    }, gathering);
    const results = await Promise.allSettled([1, 2, 3].map((item) => careful.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('refuses more than may wait, with 503', async () => {
    const slow = new Groups(async (items: readonly number[]) => items, gathering);
    const all = Array.from({ length: 10 }, (_, item) => slow.add(item));
    const results = await Promise.allSettled(all);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    expect(results[9]).toMatchObject({ reason: { status: 503 } });
  });
});
