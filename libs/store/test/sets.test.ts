// Writes of many resources in few statements, and locks that take no room in the lock table
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Pool } from 'pg';
import { decide, decideWrite } from '#libs/consent';
import { bigints, byteas, floats, integers, texts } from '../src/postgres/binary-array.js';
import { Groups } from '../src/postgres/groups.js';
import { document, eventOf, SYSTEM, type TestStore, testStore } from './test-store.js';

let it: TestStore;
let pool: Pool;
beforeAll(async () => {
  it = await testStore();
  pool = new Pool({ connectionString: it.url, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await it.close();
});

const observation = (of: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${of}` },
});

const create = (of: string, id?: string, facts = SYSTEM) =>
  it.store.create(
    { type: 'Observation', document: document(observation(of)), event: eventOf, ...(id === undefined ? {} : { id }) },
    decideWrite(facts, it.store.hash64),
    decide(facts, it.store.hash64),
  );

const eventsOfVersions = async () =>
  Number((await it.sql<{ n: string }>('SELECT count(*) AS n FROM event WHERE version_pid IS NOT NULL'))[0]?.n);

describe('an array in binary form', () => {
  const nullable = <T>(values: fc.Arbitrary<T>) => fc.array(fc.option(values));
  const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\u0000', ''));

  test('is for Postgres the array that it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer()),
        nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
        fc.array(fc.double({ noNaN: true })),
        nullable(text),
        nullable(fc.uint8Array()),
        async (ints, bigs, doubles, strings, bytes) => {
          const { rows } = await pool.query(
            'SELECT $1::integer[] AS i, $2::bigint[] AS b, $3::float8[] AS f, $4::text[] AS t, $5::bytea[] AS y',
            [integers(ints), bigints(bigs), floats(doubles), texts(strings), byteas(bytes)],
          );
          const buffers = bytes.map((value) => value && Buffer.from(value));
          const expected = {
            i: ints,
            b: bigs.map((big) => big?.toString() ?? null),
            f: doubles,
            t: strings,
            y: buffers,
          };
          expect(rows[0]).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('creates that are asked for at once', () => {
  test('are each stored, with an event, in statements of many', async () => {
    const before = await eventsOfVersions();
    const spy = jest.spyOn(Pool.prototype, 'query');
    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => create(`p${index % 7}`)));
    const statements = spy.mock.calls.filter(([statement]) =>
      JSON.stringify(statement).includes('INSERT INTO version'),
    );
    spy.mockRestore();
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['created']));
    const versions = results.flatMap((result) => ('version' in result ? [result.version] : []));
    expect(new Set(versions.map(({ id }) => id)).size).toBe(100);
    expect(versions.map(({ patients }) => patients)).toEqual(versions.map((_, index) => [`p${index % 7}`]));
    expect(statements.length).toBeLessThan(10);
    expect(await eventsOfVersions()).toBe(before + 100);
    for (const { id } of versions.slice(0, 10)) {
      expect(await it.read('Observation', id)).toMatchObject({ outcome: 'found' });
    }
  });

  test('fail alone: what Postgres refuses in one of them is stored of all others', async () => {
    const before = await eventsOfVersions();
    const tried = Array.from({ length: 20 }, (_, index) => create('p', index === 7 ? 'a\u0000b' : undefined));
    const settled = await Promise.allSettled(tried);
    expect(settled.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([7]);
    expect(await eventsOfVersions()).toBe(before + 19);
  });

  test('by requesters with different rights are each shown by their own', async () => {
    const stranger = { ...SYSTEM, purpose: 'HRESCH' };
    const results = await Promise.all([create('q'), create('q', undefined, stranger), create('q')]);
    expect(results.map((result) => 'readable' in result && result.readable)).toEqual([true, false, true]);
  });
});

test('a group of which nobody knows whether it was done is not tried again', async () => {
  const tried: number[][] = [];
  const kinds = { kindOf: (item: number) => String(item % 2), mayBeOfOne: () => false };
  const work = (items: readonly number[]) => {
    tried.push([...items]);
    return Promise.reject(new Error('lost'));
  };
  const groups = new Groups(work, { parallel: 1, largest: 10, mostWaiting: 100 }, () => 1, kinds);
  const settled = await Promise.allSettled([1, 2, 3, 4].map((item) => groups.add(item)));
  expect(settled.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  expect(tried).toEqual([
    [1, 3],
    [2, 4],
  ]);
});

describe('the locks of a transaction', () => {
  const names = Array.from({ length: 3_000 }, (_, index) => ({ type: 'Observation', id: `lock-${index}` }));
  const matches = names.map(({ id }) => id);

  test('take no room in the lock table, however many there are', async () => {
    await create('p', 'lock-1');
    await it.store.transaction(async (store) => {
      await store.lock({ matches, resources: names });
      const { rows } = await pool.query('SELECT count(*)::integer AS n FROM pg_locks');
      expect(rows[0].n).toBeLessThan(100);
    });
    expect(await it.sql('SELECT FROM held_lock')).toEqual([]);
  });

  test.each([
    ['what is there', { resources: [{ type: 'Observation', id: 'lock-1' }] }],
    ['what is not there', { resources: [{ type: 'Observation', id: 'lock-2' }] }],
    ['a condition', { matches: ['lock-3'] }],
  ])('let another one wait for %s until it ends, and no one wait for anything else', async (_name, locks) => {
    const order: string[] = [];
    let other: Promise<void> | undefined;
    await it.store.transaction(async (store) => {
      await store.lock(locks);
      other = it.store.transaction(async (second) => {
        await second.lock(locks);
        order.push('other');
      });
      await it.store.transaction((third) => third.lock({ resources: [{ type: 'Patient', id: 'x' }], matches: ['x'] }));
      await new Promise((resolve) => setTimeout(resolve, 100));
      order.push('first');
    });
    await other;
    expect(order).toEqual(['first', 'other']);
  });
});

describe('the patients of a transaction', () => {
  const locks = async () => {
    const { rows } = await pool.query(
      `SELECT count(*) FILTER (WHERE objid <> 1)::integer AS ones, bool_or(objid = 1 AND mode = 'ExclusiveLock') AS whole
       FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows[0] as { ones: number; whole: boolean | null };
  };
  const about = (patients: number, facts: typeof SYSTEM) =>
    it.store.transaction(async (store) => {
      const permits = [decideWrite(facts, store.hash64), decide(facts, store.hash64)] as const;
      const one = (_: unknown, index: number) =>
        store.create(
          { type: 'Observation', document: document(observation(`many-${index}`)), event: eventOf },
          ...permits,
        );
      await Promise.all(Array.from({ length: patients }, one));
      return locks();
    });

  test('are locked one by one where a Consent may decide, and as a whole where there are too many', async () => {
    const stranger = { actors: ['Organization/other'], staff: false };
    expect(await about(30, stranger)).toEqual({ ones: 30, whole: false });
    const many = await about(1_500, stranger);
    expect(many.whole).toBe(true);
    expect(many.ones).toBeLessThan(1_200);
  }, 30_000);

  test('are not locked where none can', async () => {
    expect(await about(1_500, SYSTEM)).toEqual({ ones: 0, whole: null });
  }, 30_000);
});

test('after all that, every version has its event and every row agrees with its content', async () => {
  expect(await it.store.check()).toEqual([]);
});
