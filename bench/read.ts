import { join } from 'node:path';
import pg from 'pg';
import { httpClient, type Send } from './http-load.js';
import { measure } from './measure.js';
import { observation } from './observation.js';
import type { Playground } from './playground.js';
import type { Result } from './table.js';

const RESOURCES = 500;

/** read against a bare Fastify handler that selects the same bytes. */
export async function benchRead(playground: Playground, clients: number, seconds: number): Promise<Result[]> {
  const server = httpClient(playground.base, playground.token);
  const ids = await fill(server);
  await copyBare(playground, server, ids);
  const url = await playground.run(join(import.meta.dirname, 'bare-fastify.js'), {
    DATABASE_URL: playground.databaseUrl,
  });
  const bare = await measure(clients, seconds, reader(httpClient(url), ids));
  const ours = await measure(clients, seconds, reader(server, ids));
  return [
    { name: 'read: bare Fastify and pg', ...bare },
    { name: 'read: Holdfast', ...ours, ratio: ours.perSecond / bare.perSecond },
  ];
}

async function fill(send: Send): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < RESOURCES; index += 1) {
    const stored = await send('POST', '/Observation', 201, observation('bench', index));
    ids.push((JSON.parse(stored) as { id: string }).id);
  }
  return ids;
}

async function copyBare({ databaseUrl }: Playground, send: Send, ids: string[]): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('CREATE TABLE bare_read (id text PRIMARY KEY, content bytea NOT NULL)');
  for (const id of ids) {
    const content = Buffer.from(await send('GET', `/Observation/${id}`, 200));
    await client.query('INSERT INTO bare_read VALUES ($1, $2)', [id, content]);
  }
  await client.end();
}

function reader(send: Send, ids: string[]): () => Promise<void> {
  let next = 0;
  return async () => {
    next = (next + 1) % ids.length;
    await send('GET', `/Observation/${ids[next]}`, 200);
  };
}
