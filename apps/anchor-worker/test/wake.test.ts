// PostgreSQL NOTIFY: when the worker looks for what is new
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { EVENT_CHANNEL, NEW_CONSENT } from '#libs/store';
import { createDatabase, type TestDatabase } from '../../../test/database.js';
import { Wake } from '../src/wake.js';

const LONG_MS = 30_000;

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const call = (payload = '') => client.query('SELECT pg_notify($1, $2)', [EVENT_CHANNEL, payload]);

/** Listens, once: the first wait only begins to. */
async function listening(carrying?: string): Promise<Wake> {
  const wake = new Wake(database.url, carrying);
  await wake.wait(1, new AbortController().signal);
  return wake;
}

/** Whether the wait ended within the time of a call on its way. */
async function endsSoon(waiting: Promise<void>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, 300, false));
  return Promise.race([waiting.then(() => true), late]);
}

describe('a wait', () => {
  it('ends with a call, also one that came before it', async () => {
    const wake = await listening();
    const waiting = wake.wait(LONG_MS, new AbortController().signal);
    await call();
    expect(await endsSoon(waiting)).toBe(true);
    await call(NEW_CONSENT);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await endsSoon(wake.wait(LONG_MS, new AbortController().signal))).toBe(true);
    await wake.close();
  });

  it('for Consents does not end with a call about events alone', async () => {
    const wake = await listening(NEW_CONSENT);
    const waiting = wake.wait(LONG_MS, new AbortController().signal);
    await call();
    expect(await endsSoon(waiting)).toBe(false);
    await call(NEW_CONSENT);
    expect(await endsSoon(waiting)).toBe(true);
    await wake.close();
  });

  it('ends after its time, and when it is told to stop', async () => {
    const wake = await listening();
    expect(await endsSoon(wake.wait(10, new AbortController().signal))).toBe(true);
    const stop = new AbortController();
    const waiting = wake.wait(LONG_MS, stop.signal);
    stop.abort();
    expect(await endsSoon(waiting)).toBe(true);
    expect(await endsSoon(wake.wait(LONG_MS, stop.signal))).toBe(true);
    await wake.close();
  });
});
