// DESIGN section 6: what the store refuses to run on, and what it says when the database is not there
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { decide } from '#libs/consent';
import { FhirError } from '#libs/fhir-model';
import { masterKey, openStore } from '#libs/store';
import { createDatabase, type TestDatabase } from '../../../test/database.js';
import { startProxy } from '../../../test/database-proxy.js';
import { durabilityFault } from '../src/postgres/durable.js';
import { fromPostgres } from '../src/postgres/unavailable.js';
import { MIGRATIONS, SYSTEM, testStore } from './test-store.js';

const key = masterKey(randomBytes(32));

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const open = (more: Partial<Parameters<typeof openStore>[0]> = {}) =>
  openStore({ url: database.url, masterKey: key, migrations: MIGRATIONS, ...more });

async function sql(text: string, url = database.url): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('a Postgres that may lose what it has confirmed', () => {
  test('is refused by name of the setting', () => {
    expect(durabilityFault({ fsync: 'off', synchronous_commit: 'on' })).toMatch(/ fsync off/);
    expect(durabilityFault({ fsync: 'off', synchronous_commit: 'off' })).toMatch(/ fsync and synchronous_commit off/);
    expect(durabilityFault({ fsync: 'on', synchronous_commit: 'local' })).toBeUndefined();
  });

  test('is refused at start, before anything is made', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await sql(`ALTER DATABASE ${name} SET synchronous_commit = off`);
    await expect(open()).rejects.toThrow(/synchronous_commit off/);
    await sql(`ALTER DATABASE ${name} RESET synchronous_commit`);
    expect(await sql(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
  });
});

describe('migrations', () => {
  test('run once, however many processes start together', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    const files = (await readdir(MIGRATIONS)).filter((name) => /^\d{4}-/.test(name));
    expect(await sql('SELECT FROM migration')).toHaveLength(files.length);
    expect(await sql('SELECT FROM installation')).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('are refused when a number is missing or a statement fails, and then leave nothing half done', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-migrations-'));
    await cp(MIGRATIONS, folder, { recursive: true });
    await writeFile(join(folder, '0100-late.sql'), 'SELECT 1');
    await expect(open({ migrations: folder })).rejects.toThrow(/without gap/);
    await rm(join(folder, '0100-late.sql'));
    const next = (await readdir(folder)).filter((name) => /^\d{4}-/.test(name)).length + 1;
    const broken = `${String(next).padStart(4, '0')}-broken.sql`;
    await writeFile(join(folder, broken), 'CREATE TABLE half_done (); SELECT no_such_column');
    await expect(open({ migrations: folder })).rejects.toThrow();
    expect(await sql(`SELECT FROM pg_tables WHERE tablename = 'half_done'`)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test('make what schema.sql shows', async () => {
    const snapshot = await createDatabase();
    await sql(await readFile(join(MIGRATIONS, 'schema.sql'), 'utf8'), snapshot.url);
    await (await open()).close();
    expect(await shape(snapshot.url)).toEqual(await shape(database.url));
    await snapshot.drop();
  });
});

test('what was stored as open to all, before there was decision 67, is closed at the next start, and once', async () => {
  const before = await testStore();
  const again = () => openStore({ url: before.url, masterKey: before.master, migrations: MIGRATIONS });
  const other = { actors: ['Organization/other'], staff: false, purpose: 'TREAT' };
  const reads = async () => (await before.read('Observation', 'o', other)).outcome;
  await before.put({ resourceType: 'Patient', id: 'p' });
  await before.put({ resourceType: 'Practitioner', id: 'd' });
  await before.put({ resourceType: 'Observation', id: 'o' });
  await before.put({ resourceType: 'Binary', id: 'b' });
  await before.remove('Binary', 'b');
  const open = `DELETE FROM compartment WHERE patient <> (SELECT patient FROM patient_key WHERE id = 'p')`;
  await before.sql(open);
  await before.sql('UPDATE installation SET nobodys_closed = false');
  expect(await reads()).toBe('found');
  await (await again()).close();
  expect([await reads(), await before.store.check()]).toEqual(['denied', []]);
  await before.sql(open);
  await (await again()).close();
  expect(await reads()).toBe('found');
  await before.close();
});

/** All columns, indexes, checks, functions and comments of the tables that are ours. */
async function shape(url: string): Promise<unknown> {
  const ours = `'public'::regnamespace AND relname NOT LIKE 'migration%'`;
  const columns = `SELECT relname, attname, atttypid::regtype::text AS type, attnotnull, attstorage, attidentity,
      col_description(c.oid, attnum) AS comment, pg_get_expr(adbin, adrelid) AS value
    FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid LEFT JOIN pg_attrdef d ON adrelid = c.oid AND adnum = attnum
    WHERE relnamespace = ${ours} AND relkind = 'r' AND attnum > 0 AND NOT attisdropped ORDER BY relname, attname`;
  const tables = `SELECT relname, obj_description(c.oid) AS comment FROM pg_class c
    WHERE relnamespace = ${ours} AND relkind = 'r' ORDER BY relname`;
  const indexes = `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'migration%' ORDER BY 1`;
  const checks = `SELECT conrelid::regclass::text AS relation, pg_get_constraintdef(oid) AS definition FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'migration%' ORDER BY 1, 2`;
  const functions = `SELECT pg_get_functiondef(oid) AS definition, obj_description(oid) AS comment FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace ORDER BY 1`;
  return Promise.all([columns, tables, indexes, checks, functions].map((query) => sql(query, url)));
}

describe('a database that is not there', () => {
  test('ends the start with its reason, without the password', async () => {
    const url = 'postgres://holdfast:secret-word@127.0.0.1:1/none';
    const told = await open({ url }).then(
      () => 'nothing',
      (error: Error) => `${error.message} ${error.stack}`,
    );
    expect(told).toMatch(/cannot be reached \(ECONNREFUSED\)/);
    expect(told).not.toContain('secret-word');
  });

  test('is 503 with Retry-After while it is away, and the store goes on when it is back', async () => {
    const proxy = await startProxy(database.url);
    const store = await open({ url: proxy.url });
    const permit = decide(SYSTEM, store.hash64);
    const read = () => store.read({ type: 'Patient', id: 'x' }, permit);
    expect(await read()).toMatchObject({ outcome: 'absent' });
    await proxy.stop();
    for (let n = 0; n < 3; n += 1) {
      await expect(read()).rejects.toMatchObject({ status: 503, headers: { 'Retry-After': '2' } });
    }
    await expect(store.time()).rejects.toMatchObject({ status: 503 });
    await proxy.start();
    expect(await read()).toMatchObject({ outcome: 'absent' });
    await store.close();
    await proxy.stop();
  });

  test('that falls silent, as behind a network that forgot its connections, makes requests fail in time; the next get new ones', async () => {
    const proxy = await startProxy(database.url);
    const store = await open({ url: `${proxy.url}?query_timeout=1000` });
    const read = () => store.read({ type: 'Patient', id: 'nobody' }, decide(SYSTEM, store.hash64));
    expect(await read()).toMatchObject({ outcome: 'absent' });
    proxy.forget();
    await expect(Promise.all([read(), store.time()])).rejects.toMatchObject({ status: 503 });
    const until = Date.now() + 10_000;
    let result: unknown = 503;
    while (result === 503 && Date.now() < until) result = await read().catch((error: FhirError) => error.status);
    expect(result).toMatchObject({ outcome: 'absent' });
    await proxy.stop();
    await store.close();
  });

  test('that ends a connection under way makes that request fail, and the pool heals within five seconds', async () => {
    const it = await testStore();
    const sleeping = it.store.dataSource.query('SELECT pg_sleep(30)').catch((error: Error) => fromPostgres(error));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const others = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    await sql(`SELECT pg_terminate_backend(pid) ${others}`, it.url);
    expect(await sleeping).toMatchObject({ status: 503 });
    const until = Date.now() + 5_000;
    const put = () => it.put({ resourceType: 'Patient', id: 'after' }).catch((error: FhirError) => error.status);
    let result = await put();
    while (result === 503 && Date.now() < until) result = await put();
    expect(result).toMatchObject({ outcome: 'created', version: { version: 1 } });
    await it.close();
  });
});

test.each([
  ['EPIPE', 503],
  ['ECONNRESET', 503],
  ['57P01', 503],
  ['23505', 500],
  ['XX000', 500],
])('what fails with %s is answered %i', (code, status) => {
  expect(fromPostgres(Object.assign(new Error('a failure'), { code }))).toMatchObject({ status });
});

test('no error tells SQL or a value: a broken constraint is a plain 500', async () => {
  const it = await testStore();
  await it.put({ resourceType: 'Patient', id: 'twice' });
  await it.sql(`DELETE FROM resource WHERE id = 'twice'`);
  const error = await it.put({ resourceType: 'Patient', id: 'twice' }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FhirError);
  expect(error).toMatchObject({ status: 500 });
  const told = JSON.stringify([error, String(error), String((error as Error).cause)]);
  expect(told).toContain('23505');
  expect(told).not.toMatch(/twice|insert|version_type|\$\d/i);
  await it.close();
});
