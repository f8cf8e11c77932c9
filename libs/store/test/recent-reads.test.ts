// DESIGN section 3: the event of a read is durable before its answer, also where it was made before the statement that reads
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { QueryResultRow } from 'pg';
import { type AccessFacts, decide } from '#libs/consent';
import { decodeRecord } from '#libs/evidence';
import { GroupCommit } from '../src/events/group-commit.js';
import { KeyChain } from '../src/keys/key-chain.js';
import { PatientKeys } from '../src/keys/patient-keys.js';
import { Clock } from '../src/postgres/clock.js';
import { Database, type Session } from '../src/postgres/database.js';
import type { Statement } from '../src/postgres/statement.js';
import { readTogether } from '../src/versions/read.js';
import { readEvent, type TestStore, testStore } from './test-store.js';

let it: TestStore;
beforeAll(async () => {
  it = await testStore();
});
afterAll(() => it.close());

const STRANGER: AccessFacts = { actors: ['Practitioner/9'], staff: false, purpose: 'TREAT' };
const observation = (id: string, patient = id) => ({
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
  provision: { type: 'permit', actor: [{ role: { text: 'x' }, reference: { reference: 'Practitioner/9' } }] },
});

interface EventOnRecord {
  record: Buffer;
  decision: string;
  consents: string;
}

/** Events of reads since the last call, oldest first. */
let last = '0';
async function recorded(): Promise<{ outcome: number; decision: string; consents: number; time: bigint }[]> {
  const rows = await it.sql<EventOnRecord & { id: string }>(
    `SELECT id, record, decision, (SELECT count(*) FROM event_consent c WHERE c.event = e.id) AS consents
     FROM event e WHERE id > $1 ORDER BY id`,
    [last],
  );
  last = rows.at(-1)?.id ?? last;
  return rows
    .map(({ record, decision, consents }) => ({ ...decodeRecord(record), decision, consents: Number(consents) }))
    .filter(({ action }) => action === 'read')
    .map(({ outcome, decision, consents, time }) => ({ outcome, decision, consents, time }));
}

describe('a resource that was shown to the same requester before', () => {
  test('is shown again with one event each time, which relies on the same Consent', async () => {
    await it.put(observation('again'));
    await it.put(consent('agains', 'again'));
    await recorded();
    const results = [];
    for (let n = 0; n < 3; n += 1) results.push(await it.show('Observation', 'again', STRANGER));
    expect(results).toMatchObject(Array(3).fill({ outcome: 'found', consent: 'Consent/agains/_history/1' }));
    const events = await recorded();
    expect(events).toMatchObject(Array(3).fill({ outcome: 200, decision: 'permit', consents: 1 }));
    expect(events.map(({ time }) => time)).toEqual(results.map(({ time }) => time));
    expect(events.map(({ time }) => time)).toEqual(events.map(({ time }) => time).toSorted((a, b) => Number(a - b)));
  });

  test('is shown as it is now when it has been replaced, deleted or made anew, and that is what is on record', async () => {
    await it.put(observation('changes'));
    const outcomes: unknown[] = [];
    const look = async () => {
      const result = await it.show('Observation', 'changes');
      outcomes.push([result.outcome, 'version' in result && result.version.version]);
    };
    await recorded();
    for (const change of [() => it.put(observation('changes')), () => it.remove('Observation', 'changes')]) {
      await look();
      await look();
      await change();
      await look();
    }
    await it.put(observation('changes'));
    await look();
    expect(outcomes).toEqual([
      ['found', 1],
      ['found', 1],
      ['found', 2],
      ['found', 2],
      ['found', 2],
      ['gone', 3],
      ['found', 4],
    ]);
    expect((await recorded()).map(({ outcome }) => outcome)).toEqual([200, 200, 200, 200, 200, 410, 200]);
  });

  test('is denied from the next statement on when its Consent is revoked, and no permission is on record for that', async () => {
    await it.put(observation('revoked'));
    await it.put(consent('revokes', 'revoked'));
    await it.show('Observation', 'revoked', STRANGER);
    await it.show('Observation', 'revoked', STRANGER);
    await it.put(consent('revokes', 'revoked', 'inactive'));
    await recorded();
    expect(await it.show('Observation', 'revoked', STRANGER)).toMatchObject({ outcome: 'denied' });
    expect(await recorded()).toMatchObject([{ outcome: 404, decision: 'deny', consents: 0 }]);
  });

  test('names the Consent that decides now, where that is another version than before', async () => {
    await it.put(observation('renewed'));
    await it.put(consent('renews', 'renewed'));
    await it.show('Observation', 'renewed', STRANGER);
    await it.put(consent('renews', 'renewed'));
    expect(await it.show('Observation', 'renewed', STRANGER)).toMatchObject({ consent: 'Consent/renews/_history/2' });
  });

  test('is not shown when its row has been changed behind the store, or its key destroyed', async () => {
    for (const id of ['tampered', 'erased']) {
      await it.put(observation(id));
      expect(await it.show('Observation', id)).toMatchObject({ outcome: 'found' });
    }
    await it.sql(`UPDATE version SET content = content || '\\x00'::bytea WHERE id = 'tampered'`);
    await it.sql(`UPDATE patient_key SET wrapped = NULL WHERE id = 'erased'`);
    expect(await it.show('Observation', 'tampered')).toMatchObject({ outcome: 'broken' });
    await expect(it.show('Observation', 'erased')).rejects.toMatchObject({ status: 410 });
  });

  test('is shown, and recorded once, also where the clock here is ahead of that of Postgres', async () => {
    class Ahead extends Clock {
      override async estimate(): Promise<bigint> {
        return (await this.now()) + 3_600_000_000n;
      }
    }
    await it.put(observation('ahead'));
    const session = new Database(it.store.dataSource);
    const keys = new PatientKeys(new KeyChain(it.master), it.store.hash64);
    const events = new GroupCommit(session, () => undefined);
    const read = readTogether({ session, keys, events }, new Ahead(session), () => undefined);
    const lookup = { type: 'Observation', id: 'ahead', permit: decide(STRANGER, it.store.hash64) };
    await it.put(consent('aheads', 'ahead'));
    await recorded();
    expect(await read(lookup, readEvent)).toMatchObject({ outcome: 'found' });
    expect(await read(lookup, readEvent)).toMatchObject({ outcome: 'found' });
    expect(await recorded()).toMatchObject([{ outcome: 200 }, { outcome: 200 }]);
  });
});

test('an estimate of the time is as late as the quickest of the last answers, not the slowest, and never ahead', async () => {
  const database = new Database(it.store.dataSource);
  let answers = 0;
  const slow: Session = {
    async run<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
      const rows = await database.run<Row>(statement);
      answers += 1;
      if (answers !== 2) await new Promise((resolve) => setTimeout(resolve, 200));
      return rows;
    },
  };
  const clock = new Clock(slow);
  await clock.estimate();
  const before = await it.store.time();
  const estimate = await clock.estimate();
  expect(estimate > before - 150_000n && estimate <= (await it.store.time())).toBe(true);
});

test('many reads of many requesters at once have one event each, whatever becomes of them', async () => {
  const ids = ['a', 'b', 'c', 'd'].map((name) => `many-${name}`);
  for (const id of ids) await it.put(observation(id));
  await it.put(consent('manys', 'many-b'));
  const round = async () => {
    const asked = ids.flatMap((id) => [it.show('Observation', id), it.show('Observation', id, STRANGER)]);
    return (await Promise.all([...asked, it.show('Observation', 'many-none')])).map(({ outcome }) => outcome);
  };
  await recorded();
  const expected = ['found', 'denied', 'found', 'found', 'found', 'denied', 'found', 'denied', 'absent'];
  for (let n = 0; n < 3; n += 1) expect(await round()).toEqual(expected);
  const outcomes = (await recorded()).map(({ outcome }) => outcome).toSorted((a, b) => a - b);
  expect(outcomes).toEqual([...Array(15).fill(200), ...Array(12).fill(404)]);
});
