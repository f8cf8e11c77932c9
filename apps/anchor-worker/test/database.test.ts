// PostgreSQL connections of the worker: what becomes of one on which nothing comes any more
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../../../test/database.js';
import { startProxy } from '../../../test/database-proxy.js';
import { openDatabase } from '../src/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

it('fails what was asked on a connection that has fallen silent, and takes another for the next', async () => {
  const proxy = await startProxy(database.url);
  const opened = openDatabase(`${proxy.url}?query_timeout=500`);
  const one = () => opened.query<{ one: number }>('SELECT 1 AS one');
  const inTransaction = () => opened.transact((within) => within<{ one: number }>('SELECT 1 AS one'));
  await Promise.all([one(), inTransaction()]);
  proxy.forget();
  const asked = performance.now();
  await expect(one()).rejects.toThrow('timeout');
  await expect(inTransaction()).rejects.toThrow('timeout');
  expect(await one()).toEqual([{ one: 1 }]);
  expect(await inTransaction()).toEqual([{ one: 1 }]);
  expect(performance.now() - asked).toBeLessThan(10_000);
  await proxy.stop();
  await opened.close();
});
