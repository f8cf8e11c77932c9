// FHIR R4 http.html#concurrency, #ccreate and #cond-update: no race, also between two servers, some thousand writes long
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Chance } from '../faults/chance.js';
import { faults } from './journal.js';
import { IDS, race } from './race.js';
import { ServersUnderTest } from './servers.js';

let servers: ServersUnderTest;
beforeEach(async () => {
  servers = await ServersUnderTest.open(2);
}, 60_000);
afterEach(() => servers.close());

test.each([1, 2, 3, 4])(
  'forty clients on two servers with kills, seed %i',
  async (seed) => {
    const { asked, once } = await race(servers, { clients: 40, writes: 40, kills: 10 }, new Chance(seed));
    const statuses = Object.fromEntries(
      [...Map.groupBy([...asked, ...once], ({ status }) => `${status ?? 'broken'}`)].map(([status, all]) => [
        status,
        all.length,
      ]),
    );
    process.stderr.write(`seed ${seed}: ${JSON.stringify(statuses)}\n`);
    expect(await faults(servers, IDS, asked, once)).toEqual([]);
  },
  600_000,
);
