// A program: loads a server over HTTP from a process of its own, and prints what it measured as one line of JSON.
import { performance } from 'node:perf_hooks';
import { quantile } from './measure.js';
import { SCENARIOS, type Timed } from './scenario.js';
import { Wire } from './wire.js';

/** What to do, as JSON in LOAD. */
export interface Load {
  base: string;
  token?: string;
  scenario: string;
  clients: number;
  seconds: number;
  /** Resources that are there. */
  ids: readonly string[];
  /** Number of the first turn: no turn is done twice. */
  first: number;
}

/** By name of the request, and `all` together: how many, and milliseconds of each tenth of a percent from the fastest on. */
export interface Loaded {
  seconds: number;
  turns: number;
  requests: Record<string, { count: number; permille: number[] }>;
}

async function run({ base, token, scenario, clients, seconds, ids, first }: Load): Promise<Loaded> {
  const times = new Map<string, number[]>();
  const start = performance.now();
  const end = start + seconds * 1000;
  const turns = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const wire = await Wire.open(base, token);
      const timed: Timed = async (name, status, ...request) => {
        const before = performance.now();
        const received = await wire.send(...request);
        times.set(name, times.get(name) ?? []);
        times.get(name)?.push(performance.now() - before);
        if (received.status === status) return received.body;
        throw new Error(`${request[0]} ${request[1]} was ${received.status}: ${received.body.toString()}`);
      };
      const turn = SCENARIOS[scenario]!(client, ids);
      let number = first;
      for (; performance.now() < end; number += 1) await turn(timed, number);
      wire.close();
      return number;
    }),
  );
  const elapsed = (performance.now() - start) / 1000;
  times.set('all', [...times.values()].flat());
  const requests = Object.fromEntries([...times].map(([name, each]) => [name, summary(each)]));
  return { seconds: elapsed, turns: Math.max(...turns), requests };
}

function summary(times: number[]) {
  times.sort((a, b) => a - b);
  return { count: times.length, permille: Array.from({ length: 1000 }, (_, at) => quantile(times, at / 1000)) };
}

process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.env.LOAD ?? '{}') as Load))}\n`);
