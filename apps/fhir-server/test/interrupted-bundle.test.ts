// FHIR R4 http.html#transaction: whole or absent, also where the database goes away in the middle
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const ENTRIES = 60;
const ROUNDS = 12;

function bundle(round: number): object {
  const entry = Array.from({ length: ENTRIES }, (_, index) => ({
    resource: { resourceType: 'Patient', name: [{ family: `Round${round}` }], multipleBirthInteger: index },
    request: { method: 'POST', url: 'Patient' },
  }));
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

const terminate = () =>
  server.store.dataSource
    .query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`,
    )
    .catch(() => undefined);

/** Asks again where the search was given a connection that had been told to end. */
async function stored(round: number): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await server.send('GET', `Patient?family:exact=Round${round}&_summary=count`);
    if (reply.status === 200 || attempt === 10) return reply.json().total as number;
    expect(reply.status).toBe(503);
  }
}

test('a transaction whose connection is cut is stored whole or not at all, and 200 means stored', async () => {
  const outcomes: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const sent = server.send('POST', '/fhir', { body: bundle(round) });
    await new Promise((resolve) => setTimeout(resolve, 10 + round * 12));
    await terminate();
    const { status } = await sent;
    const found = await stored(round);
    expect([0, ENTRIES]).toContain(found);
    if (status === 200) expect(found).toBe(ENTRIES);
    else expect(status).toBe(503);
    outcomes.push(`${status} ${found}`);
  }
  expect(outcomes).toContain('503 0');
  expect(await server.store.check()).toEqual([]);
  expect((await server.send('POST', '/fhir', { body: bundle(ROUNDS) })).status).toBe(200);
}, 60_000);
