// FHIR R4 http.html#transaction: whole or absent, also where the server is killed in the middle. A sample; a hundred: killed.long.test.ts
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Chance } from '../faults/chance.js';
import { killRounds } from './kill-rounds.js';
import { ServersUnderTest } from './servers.js';

let servers: ServersUnderTest;
beforeAll(async () => {
  servers = await ServersUnderTest.open(2);
}, 60_000);
afterAll(() => servers.close());

test('a transaction whose server is killed with SIGKILL is stored whole or not at all, its events likewise', async () => {
  const count = await killRounds(servers, 4, new Chance(6));
  expect(count.absent + count.whole + count.answered).toBe(4);
  expect(count.absent).toBeGreaterThan(0);
}, 120_000);
