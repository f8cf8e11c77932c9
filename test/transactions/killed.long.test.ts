// FHIR R4 http.html#transaction: whole or absent, also where the server is killed in the middle, a hundred times
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Chance } from '../faults/chance.js';
import { killRounds } from './kill-rounds.js';
import { ServersUnderTest } from './servers.js';

const ROUNDS = 100;

let servers: ServersUnderTest;
beforeAll(async () => {
  servers = await ServersUnderTest.open(2);
}, 60_000);
afterAll(() => servers.close());

test('a hundred transactions whose server is killed with SIGKILL are each stored whole or not at all', async () => {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const count = await killRounds(servers, ROUNDS, new Chance(100), say);
  say(`killed in ${ROUNDS} transactions: ${JSON.stringify(count)}`);
  expect(count.absent + count.whole + count.answered).toBe(ROUNDS);
  expect(count.absent).toBeGreaterThan(ROUNDS / 4);
}, 1_800_000);
