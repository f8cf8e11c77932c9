// FHIR R4 http.html#concurrency, #ccreate and #cond-update: no race, also between two servers. A sample; more: race.long.test.ts
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Chance } from '../faults/chance.js';
import { faults } from './journal.js';
import { IDS, race } from './race.js';
import { ServersUnderTest } from './servers.js';

let servers: ServersUnderTest;
beforeAll(async () => {
  servers = await ServersUnderTest.open(2);
}, 60_000);
afterAll(() => servers.close());

test('two servers that write the same resources, and are killed meanwhile, lose no update and make no twin', async () => {
  const journal = await race(servers, { clients: 8, writes: 15, kills: 2 }, new Chance(8));
  const { asked, once } = journal;
  expect(asked.filter(({ status }) => status !== undefined && status < 300).length).toBeGreaterThan(30);
  expect(await faults(servers, IDS, asked, once)).toEqual([]);

  // The checker misses nothing: an update that is taken out of the journal, or told otherwise, is named.
  const seen = asked.find(({ status }) => status === 200)!;
  const without = asked.filter((one) => one !== seen);
  expect(await faults(servers, IDS, without, once)).toContainEqual(expect.stringContaining("nobody's"));
  const refused = await faults(servers, IDS, [...without, { ...seen, status: 412 }], once);
  expect(refused).toEqual([`${seen.marker} was answered 412, done: ${seen.ids.length}`]);
}, 120_000);
