// `npm run bench -- rest`: create and read against their bare baselines, then a mix of create, read, update, search and delete
// with consent and anchoring on, and off by a wiring that is in bench/ alone
import { join } from 'node:path';
import pg from 'pg';
import { benchCreate } from './create.js';
import { httpLoad } from './http-load.js';
import type { Loaded } from './load.js';
import { withPlayground } from './playground.js';
import { benchRead } from './read.js';
import { EVENTS_OFF } from './rest/events-off.js';
import { type Server, withInstallation } from './rest/installation.js';
import { type MixResult, mixTable } from './rest/mix-table.js';
import { table } from './table.js';

const CLIENTS = [8, 64];
const SECONDS = Number(process.env.BENCH_SECONDS ?? 6);
/** On and off take turns, so that what else the machine does falls on both. */
const ROUNDS = 3;
const WIRING_OFF = ['--import', join(import.meta.dirname, 'rest/off.js')];

export async function benchRest(): Promise<void> {
  const bare = await withPlayground(async (playground) => [
    ...(await benchCreate(playground, CLIENTS[0]!, SECONDS)),
    ...(await benchRead(playground, CLIENTS[0]!, SECONDS)),
  ]);
  process.stdout.write(`\n${table(bare)}\n`);
  const mix = await benchMix();
  process.stdout.write(`\n${mixTable(mix)}\n\n${JSON.stringify({ seconds: SECONDS, bare, mix })}\n`);
}

function benchMix(): Promise<MixResult[]> {
  return withInstallation((on) =>
    withPlayground(async (playground) => {
      await dropEvents(playground.databaseUrl);
      const off = { ...playground, idle: async () => undefined };
      const results: MixResult[] = [];
      for (const clients of CLIENTS) results.push(await takingTurns(on, off, clients));
      return results;
    }, WIRING_OFF),
  );
}

async function dropEvents(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(EVENTS_OFF);
  await client.end();
}

let turns = 0;

async function takingTurns(on: Server, off: Server, clients: number): Promise<MixResult> {
  const load = async (server: Server, seconds: number) => {
    const { base, token } = server;
    const loaded = await httpLoad({ scenario: 'mix', clients, base, token, seconds, ids: [], first: turns });
    turns = Math.max(turns, loaded.turns);
    await server.idle();
    return loaded;
  };
  const rounds: { on: Loaded; off: Loaded }[] = [];
  for (const server of [on, off]) await load(server, SECONDS / 5);
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({ on: await load(on, SECONDS / ROUNDS), off: await load(off, SECONDS / ROUNDS) });
  }
  return { clients, on: rounds.map((round) => round.on), off: rounds.map((round) => round.off) };
}
