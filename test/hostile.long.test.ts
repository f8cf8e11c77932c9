// FAULTS-AND-ABUSE, fuzzing, by the ten thousand
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../apps/fhir-server/test/test-server.js';
import { answersTo } from './hostile-answers.js';
import { type HostileRequest, hostileBundles, hostilePatches, prepare } from './hostile-requests.js';

const COUNT = Number(process.env.HOSTILE_REQUESTS ?? 10_000);
const SEED = 60;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await prepare(server);
});
afterAll(() => server.close());

test.each<[string, (seed: number, count: number) => HostileRequest[]]>([
  ['Bundles', hostileBundles],
  ['patches', hostilePatches],
])(
  'mutated %s are answered without a 5xx, in bounded time, and refusals name their entry',
  async (name, made) => {
    const { faults, statuses, longest } = await answersTo(server, made(SEED, COUNT));
    const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    process.stdout.write(`${COUNT} mutated ${name}: ${counts.join(', ')}; longest ${Math.round(longest)} ms\n`);
    expect(faults.slice(0, 5)).toEqual([]);
    expect(await server.store.check()).toEqual([]);
  },
  3_000_000,
);
