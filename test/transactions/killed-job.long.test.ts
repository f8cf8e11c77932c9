// FHIR R4 async.html: what is answered later, where the server is killed meanwhile: a transaction is stored once, a batch not twice
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Chance } from '../faults/chance.js';
import { type Reply, ServersUnderTest } from './servers.js';

const ROUNDS = Number(process.env.KILLED_JOBS ?? 12);
const ENTRIES = 300;
const TYPES = ['transaction', 'batch', 'transaction', 'transaction'];

let servers: ServersUnderTest;
beforeAll(async () => {
  servers = await ServersUnderTest.open(1);
}, 60_000);
afterAll(() => servers.close());

const send = (method: string, path: string, body?: string) =>
  servers.send(servers.servers[0]!, method, path, body, { prefer: 'respond-async' });

function bundle(type: string, mark: string): string {
  const resource = { resourceType: 'Basic', code: { coding: [{ system: 'urn:killed', code: mark }] } };
  const entry = Array.from({ length: ENTRIES }, () => ({ resource, request: { method: 'POST', url: 'Basic' } }));
  return JSON.stringify({ resourceType: 'Bundle', type, entry });
}

/** Asks until there is an answer; `words` hears the progress. */
async function answered(path: string, words: string[]): Promise<Reply> {
  for (;;) {
    const reply = await send('GET', path);
    if (reply !== undefined && reply.status !== 202) return reply;
    words.push(reply?.headers.get('x-progress') ?? '');
    await sleep(200);
  }
}

async function stored(mark: string): Promise<number> {
  const reply = await servers.send(servers.servers[0]!, 'GET', `/Basic?code=urn:killed|${mark}&_summary=count`);
  return (JSON.parse(reply?.text ?? '{}') as { total: number }).total;
}

interface Job {
  readonly type: string;
  readonly mark: string;
  readonly path: string;
}

async function accepted(type: string, mark: string): Promise<Job> {
  const reply = await send('POST', '', bundle(type, mark));
  expect(reply?.status).toBe(202);
  return { type, mark, path: `/_async/${reply?.headers.get('content-location')?.split('/').at(-1)}` };
}

/** What is wrong with how a job ended. */
async function fault({ type, mark }: Job, { status, text }: Reply): Promise<string | undefined> {
  const found = await stored(mark);
  const isWhole = status === 200 && found === ENTRIES;
  const isHonest = type === 'batch' && status === 500 && /incomplete/.test(text) && found <= ENTRIES;
  return isWhole || isHonest ? undefined : `${type} ${mark}: ${status} with ${found} of ${ENTRIES} stored`;
}

test('each job ends with what is true', async () => {
  const chance = new Chance(53);
  const { program } = servers.servers[0]!;
  const words: string[] = [];
  const outcomes: Record<string, number> = {};
  const faults: (string | undefined)[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await program.says('ready');
    const jobs = await Promise.all(TYPES.map((type, nth) => accepted(type, `${round}-${nth}`)));
    await sleep(chance.next() * 1_500);
    await program.kill();
    program.start();
    for (const job of jobs) {
      const reply = await answered(job.path, words);
      faults.push(await fault(job, reply));
      outcomes[`${job.type} ${reply.status}`] = (outcomes[`${job.type} ${reply.status}`] ?? 0) + 1;
    }
  }
  const again = words.filter((text) => text.startsWith('begun again after a stop of the server')).length;
  process.stderr.write(`${JSON.stringify(outcomes)}; begun again was said ${again} times\n`);
  expect(faults.filter((one) => one !== undefined)).toEqual([]);
  expect(again).toBeGreaterThan(0);
}, 1_800_000);
