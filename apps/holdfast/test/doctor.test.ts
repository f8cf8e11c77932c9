// `holdfast doctor` names what the ledger has refused for good
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeEvent, parkedRecord, recordLeaf } from '#libs/evidence';
import { CompactRange } from '#libs/merkle';
import {
  eventToPark,
  fileMasterKey,
  openStore,
  type Query,
  type Store,
  saveBatch,
  takeLease,
  unnumberedEvents,
} from '#libs/store';
import { createDatabase, type TestDatabase } from '../../../test/database.js';
import { type Lock, takeLock } from '../src/up/lock.js';
import { writeRunFile } from '../src/up/run-file.js';

let dataDir: string;
let database: TestDatabase;
let store: Store;
let lock: Lock;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-doctor-'));
  await mkdir(join(dataDir, 'keys'), { mode: 0o700 });
  database = await createDatabase();
  const masterKey = await fileMasterKey(join(dataDir, 'keys', 'master.key'));
  store = await openStore({
    url: database.url,
    masterKey,
    migrations: join(import.meta.dirname, '../../../migrations'),
  });
  lock = takeLock(dataDir);
  writeRunFile(dataDir, { pid: process.pid, ports: { api: 1, ledger: 1, contract: 1 }, databaseUrl: database.url });
});

afterAll(async () => {
  lock.release();
  await store.close();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** What the command prints, and its exit code. */
function doctor(): { said: string; code: number | null } {
  const program = join(import.meta.dirname, '../../../dist/apps/holdfast/src/main.js');
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir };
  const { stdout, status } = spawnSync(process.execPath, [program, 'doctor'], { env, encoding: 'utf8' });
  return { said: stdout, code: status };
}

const query: Query = (sql, values) => store.dataSource.query(sql, values);

/** As the worker does it with an event that the ledger refuses for good. */
async function park(): Promise<number> {
  const time = await store.time();
  const draft = { action: 'read', decision: 'permit', outcome: 200, client: 'x', definitions: 'r4' } as const;
  await store.record([{ event: makeEvent(draft, 'site-a', time), decision: 'permit', time, patients: [] }]);
  const { ids } = await unnumberedEvents(query, 1);
  const id = ids[0]!.first;
  const record = parkedRecord(await eventToPark(query, id), 'BAD_ARGUMENT');
  const leaf = recordLeaf(record);
  const range = CompactRange.of();
  range.append(leaf);
  const lease = (await takeLease(query, 'test', 'test', 60))!;
  const parked = { event: id, record, leaf, reason: 'BAD_ARGUMENT' };
  const transaction = { txId: 'x', envelope: undefined };
  await saveBatch((work) => work(query), lease, { first: 0, range, events: ids, parked, transaction });
  return id;
}

test('a parked event is named with its place in the log and the reason, and something is wrong', async () => {
  expect(doctor().said).not.toContain('PARKED');
  const id = await park();
  const { said, code } = doctor();
  expect(said).toContain(
    `WRONG  Event ${id} is PARKED: the ledger refused it (BAD_ARGUMENT), and leaf 0 of the log commits to it in its place.`,
  );
  expect(code).toBe(1);
});

test('a Consent that the ledger will never take is named by what the ledger would know it as', async () => {
  const handle = Buffer.alloc(32, 7);
  await query(
    `INSERT INTO consent_event (consent_pid, handle, version, revoked, recorded, refused)
     VALUES (1, $1, 3, false, clock_timestamp(), 'BAD_TIME')`,
    [handle],
  );
  const { said, code } = doctor();
  expect(said).toContain(`Version 3 of the Consent that the ledger knows as ${handle.toString('base64url')} is not`);
  expect(said).toContain('refused (BAD_TIME)');
  expect(code).toBe(1);
});
