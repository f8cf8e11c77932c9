// Places by ranges of rows, over real Postgres: no event is passed over, whenever its transaction commits, and none has two places
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import {
  anchorBatch,
  anchoredTree,
  backlog,
  countOf,
  Settling,
  saveBatch,
  takeLease,
  undrained,
  unnumberedEvents,
} from '../src/log/index.js';
import { emptied, grown, type LogDatabase, logDatabase } from './log-database.js';
import { testStore } from './test-store.js';

const INSERT = `INSERT INTO event (event_id, time, decision, record, leaf, opening)
  SELECT x, clock_timestamp(), 'permit', x, x, x FROM generate_series(1, $1), sha256(random()::text::bytea) AS x`;

let db: LogDatabase;
const writers: Client[] = [];

beforeAll(async () => {
  db = await logDatabase();
  for (let number = 0; number < 3; number += 1) {
    const client = new Client({ connectionString: db.url });
    await client.connect();
    writers.push(client);
  }
});
afterAll(async () => {
  for (const client of writers) await client.end();
  await db.drop();
});
beforeEach(() => emptied(db.query));

let batches = 0;

/** One batch, anchored; gives its number of events. */
async function anchor(limit: number): Promise<number> {
  const events = await unnumberedEvents(db.query, limit);
  const number = countOf(events.ids);
  if (number === 0) return 0;
  const lease = (await takeLease(db.query, `anchor-${batches}`, 'one', 60))!;
  const before = await anchoredTree(db.query);
  const { range, growth } = grown(before, events);
  const txId = `tx-${batches++}`;
  const first = before.size;
  await saveBatch(db.transact, lease, { first, range, events: events.ids, transaction: { txId, envelope: undefined } });
  await anchorBatch(
    db.transact,
    lease,
    { first, growth },
    { txId, blockNumber: 1n, block: Buffer.of(1), checkpoint: 'c' },
  );
  return number;
}

async function settledUpTo(): Promise<number> {
  const [row] = await db.query<{ up_to: string }>('SELECT up_to FROM event_settled');
  return Number(row!.up_to);
}

/** In sentences: each event has one place, each place one event, places are 0..n-1, and what is settled is that. */
async function faults(): Promise<string[]> {
  const rows = await db.query<{ id: string; place: string | null; back: string | null }>(
    'SELECT id, place_of(id) AS place, event_at(place_of(id)) AS back FROM event ORDER BY place_of(id)',
  );
  const [{ places }] = (await db.query(
    'SELECT coalesce(sum(last_event - first_event + 1), 0)::int AS places FROM event_place',
  )) as [{ places: number }];
  return [
    ...rows.flatMap(({ id, place, back }, index) =>
      Number(place ?? -1) === index && back === id ? [] : [`event ${id} has place ${place}, not ${index}`],
    ),
    ...(places === rows.length ? [] : [`${places} places for ${rows.length} events`]),
  ];
}

describe('an event', () => {
  it('that commits late is taken although its id is lower, whatever has been settled meanwhile', async () => {
    const settling = new Settling(db.query);
    const [late] = writers as [Client];
    await late.query('BEGIN');
    await late.query(INSERT, [2]);
    await db.addEvents(3);
    expect(await anchor(100)).toBe(3);
    for (let step = 0; step < 4; step += 1) await settling.step();
    expect(await settledUpTo()).toBe(0);
    await db.addEvents(1);
    await late.query('COMMIT');
    expect(await backlog(db.query, 100)).toMatchObject({ events: 3 });
    expect(await undrained(db.query)).toMatchObject({ events: 3 });
    for (let step = 0; step < 4; step += 1) await settling.step();
    expect(countOf((await unnumberedEvents(db.query, 100)).ids)).toBe(3);
    expect(await anchor(2)).toBe(2);
    expect(await anchor(100)).toBe(1);
    expect(await faults()).toEqual([]);
  });

  it('that was rolled back is looked for no longer than its transaction lasts', async () => {
    const settling = new Settling(db.query);
    const [rolledBack] = writers as [Client];
    await rolledBack.query('BEGIN');
    await rolledBack.query(INSERT, [1]);
    await db.addEvents(3);
    await anchor(100);
    await settling.step();
    await rolledBack.query('ROLLBACK');
    await settling.step();
    const [{ last }] = (await db.query('SELECT max(id)::int AS last FROM event')) as [{ last: number }];
    expect(await settledUpTo()).toBe(last);
  });

  it('is found behind however many ids that no event has', async () => {
    await db.addEvents(1);
    await anchor(5);
    await db.query(`SELECT nextval('event_id_seq') FROM generate_series(1, 50)`);
    await db.addEvents(7);
    expect(await anchor(5)).toBe(5);
    expect(await anchor(5)).toBe(2);
    expect(await faults()).toEqual([]);
  });

  it('of many who write, commit and roll back as they like gets exactly one place', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), number: fc.integer({ min: 1, max: 4 }), who: fc.nat(2) }),
      fc.record({
        kind: fc.constantFrom('COMMIT' as const, 'ROLLBACK' as const),
        number: fc.constant(0),
        who: fc.nat(2),
      }),
      fc.record({ kind: fc.constant('anchor' as const), number: fc.integer({ min: 1, max: 6 }), who: fc.constant(0) }),
      fc.record({ kind: fc.constant('settle' as const), number: fc.constant(0), who: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await emptied(db.query);
        const many = new Many(writers, new Settling(db.query));
        for (const { kind, number, who } of steps) await many[kind](number, who);
        for (const who of writers.keys()) await many.COMMIT(0, who);
        while ((await anchor(5)) > 0) await many.settle();
        for (let more = 0; more < 3; more += 1) await many.settle();
        expect(await faults()).toEqual([]);
        const [{ last }] = (await db.query('SELECT coalesce(max(last_event), 0)::int AS last FROM event_place')) as [
          { last: number },
        ];
        expect(await settledUpTo()).toBe(last);
      }),
      { numRuns: 25 },
    );
  });
});

/** Transactions side by side, and the worker between them. */
class Many {
  private readonly begun = new Set<Client>();
  readonly anchor = anchor;
  readonly settle = () => this.settling.step();
  readonly COMMIT = (_: number, who: number) => this.end(who, 'COMMIT');
  readonly ROLLBACK = (_: number, who: number) => this.end(who, 'ROLLBACK');

  constructor(
    private readonly clients: readonly Client[],
    private readonly settling: Settling,
  ) {}

  async write(number: number, who: number): Promise<void> {
    const client = this.clients[who]!;
    if (!this.begun.has(client)) await client.query('BEGIN');
    this.begun.add(client);
    await client.query(INSERT, [number]);
  }

  private async end(who: number, how: string): Promise<void> {
    const client = this.clients[who]!;
    if (this.begun.delete(client)) await client.query(how);
  }
}

it('an event that the mark has passed is found by the check, and so is a place whose event is gone', async () => {
  const it = await testStore();
  await it.put({ resourceType: 'Patient', id: 'x' });
  expect(await it.store.check()).toEqual([]);
  await it.sql('UPDATE event_settled SET up_to = (SELECT max(id) FROM event)');
  expect(await it.store.check()).toEqual([{ kind: 'event without place' }]);
  await it.sql('INSERT INTO event_place SELECT 0, min(id), max(id) + 1 FROM event');
  expect(await it.store.check()).toEqual([{ kind: 'place without event' }]);
  await it.close();
});

it('a database whose events had their places in their rows keeps them', async () => {
  const older = await logDatabase('0010');
  await older.addEvents(400);
  const first = [0, 7, 150];
  for (const [index, from] of first.entries())
    await older.query(
      `INSERT INTO batch (first_index, tree_size, root, range, epoch, tx_id, block_number, block, checkpoint, anchored_at)
       VALUES ($1::bigint, $2, sha256(''), '', 1, $1::bigint::text, 1, '', '', now())`,
      [from, first[index + 1] ?? 300],
    );
  // Of each batch the lowest ids first; what is not divisible by 11 comes in the first that has room, the others last.
  await older.query(
    `UPDATE event SET leaf_index = place - 1 FROM (SELECT id, row_number() OVER (ORDER BY id % 11 = 0, id) AS place FROM event) AS x
     WHERE x.id = event.id AND place <= 300`,
  );
  const before = await older.query('SELECT id, leaf_index AS place FROM event ORDER BY id');
  await older.query(await readFile(join(import.meta.dirname, '../../../migrations/0010-event-places.sql'), 'utf8'));
  expect(await older.query('SELECT id, place_of(id) AS place FROM event ORDER BY id')).toEqual(before);
  const [{ straddling }] = (await older.query(
    `SELECT count(*)::int AS straddling FROM event_place p JOIN batch b
       ON b.first_index > p.first_index AND b.first_index <= p.first_index + last_event - first_event`,
  )) as [{ straddling: number }];
  expect(straddling).toBe(0);
  expect(countOf((await unnumberedEvents(older.query, 1_000)).ids)).toBe(100);
  await older.drop();
});
