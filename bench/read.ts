import { join } from 'node:path';
import pg from 'pg';
import { measureLoad } from './http-load.js';
import { observation } from './observation.js';
import type { Playground } from './playground.js';
import type { Result } from './table.js';
import { Wire } from './wire.js';

const RESOURCES = 500;

/** read against a bare Fastify handler that selects the same bytes, both loaded by the same program. */
export async function benchRead(playground: Playground, clients: number, seconds: number): Promise<Result[]> {
  const { base, token } = playground;
  const ids = await fill(playground);
  const url = await playground.run(join(import.meta.dirname, 'bare-fastify.js'), {
    DATABASE_URL: playground.databaseUrl,
  });
  const load = { scenario: 'read', clients, seconds, ids };
  const bare = await measureLoad({ ...load, base: url });
  const ours = await measureLoad({ ...load, base, token });
  return [
    { name: 'read: bare Fastify and pg', ...bare },
    { name: 'read: Holdfast', ...ours, ratio: ours.perSecond / bare.perSecond },
  ];
}

/** Resources in the server, and the same bytes where the bare handler finds them; gives their ids. */
async function fill({ base, token, databaseUrl }: Playground): Promise<string[]> {
  const wire = await Wire.open(base, token);
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('CREATE TABLE bare_read (id text PRIMARY KEY, content bytea NOT NULL)');
  const ids: string[] = [];
  for (let index = 0; index < RESOURCES; index += 1) {
    const { status, body } = await wire.send('POST', '/Observation', observation('bench', index));
    if (status !== 201) throw new Error(`POST /Observation was ${status}`);
    const { id } = JSON.parse(body.toString()) as { id: string };
    await client.query('INSERT INTO bare_read VALUES ($1, $2)', [id, body]);
    ids.push(id);
  }
  await client.end();
  wire.close();
  return ids;
}
