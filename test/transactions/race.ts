// Clients that write the same few resources through several servers, which are killed meanwhile
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../faults/chance.js';
import type { Asked, AskedOnce } from './journal.js';
import type { Reply, Server, ServersUnderTest } from './servers.js';

export const IDS = ['a', 'b', 'c', 'd'].map((name) => `race-${name}`);

export interface Journal {
  readonly asked: Asked[];
  readonly once: AskedOnce[];
}

export interface RaceOptions {
  readonly clients: number;
  readonly writes: number;
  /** SIGKILLs of one server or the other, spread over the writes, at moments that chance takes. */
  readonly kills: number;
}

const patient = (id: string | undefined, marker: string) => ({
  resourceType: 'Patient',
  ...(id === undefined ? {} : { id }),
  name: [{ family: marker }],
});

const versionOf = (reply: Reply | undefined) =>
  Number(/"(\d+)"/.exec(reply?.headers.get('etag') ?? '')?.[1]) || undefined;

const told = (reply: Reply | undefined) => (reply === undefined ? {} : { status: reply.status });

/** Every client makes its writes one after the other, each at a server that is up; meanwhile servers are killed. */
export async function race(
  servers: ServersUnderTest,
  { clients, writes, kills }: RaceOptions,
  chance: Chance,
): Promise<Journal> {
  const journal: Journal = { asked: [], once: [] };
  const seen = new Map<string, number>();
  const client = async (name: number) => {
    for (let nth = 0; nth < writes; nth += 1) {
      const server = chance.of(servers.servers);
      await server.program.says('ready');
      await write(servers, server, `m${name}-${nth}`, chance, journal, seen);
    }
  };
  const done = () => (journal.asked.length + journal.once.length) / (clients * writes);
  const all = Promise.all(Array.from({ length: clients }, (_, name) => client(name)));
  await Promise.all([all, killing(servers, kills, chance, done)]);
  await servers.quiet();
  return journal;
}

/** Each kill waits for its share of the writes, not for a time: on a slow machine as many of them meet a server that dies. */
async function killing(
  { servers }: ServersUnderTest,
  kills: number,
  chance: Chance,
  done: () => number,
): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    const { program } = chance.of(servers);
    const from = (kill + chance.next()) / (kills + 1);
    while (done() < from) await sleep(5);
    await program.says('ready');
    await program.kill();
    program.start();
  }
}

async function write(
  servers: ServersUnderTest,
  server: Server,
  marker: string,
  chance: Chance,
  journal: Journal,
  seen: Map<string, number>,
): Promise<void> {
  const id = chance.of(IDS);
  const kind = chance.below(5);
  if (kind === 0) return update(servers, server, marker, id, undefined, journal, seen);
  if (kind === 1) return update(servers, server, marker, id, seen.get(id), journal, seen);
  if (kind === 2) return updateMatch(servers, server, marker, id, journal);
  if (kind === 3) return createOnce(servers, server, `k${chance.below(12)}`, journal);
  const ids = chance.next() < 0.5 ? IDS : IDS.toReversed();
  return transaction(servers, server, marker, ids.slice(0, 3), journal);
}

async function update(
  servers: ServersUnderTest,
  server: Server,
  marker: string,
  id: string,
  ifMatch: number | undefined,
  { asked }: Journal,
  seen: Map<string, number>,
): Promise<void> {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': `W/"${ifMatch}"` };
  const reply = await servers.send(server, 'PUT', `/Patient/${id}`, JSON.stringify(patient(id, marker)), headers);
  const version = reply?.status === 200 || reply?.status === 201 ? versionOf(reply) : undefined;
  if (version !== undefined) seen.set(id, version);
  asked.push({
    marker,
    ids: [id],
    ...told(reply),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(version === undefined ? {} : { version }),
  });
}

/** By its id, but as a condition: the server has to search for it. */
async function updateMatch(
  servers: ServersUnderTest,
  server: Server,
  marker: string,
  id: string,
  { asked }: Journal,
): Promise<void> {
  const reply = await servers.send(server, 'PUT', `/Patient?_id=${id}`, JSON.stringify(patient(id, marker)));
  asked.push({ marker, ids: [id], ...told(reply) });
}

async function createOnce(servers: ServersUnderTest, server: Server, key: string, { once }: Journal): Promise<void> {
  const body = { ...patient(undefined, key), identifier: [{ system: 'urn:once', value: key }] };
  const headers = { 'if-none-exist': `identifier=urn:once|${key}` };
  const reply = await servers.send(server, 'POST', '/Patient', JSON.stringify(body), headers);
  const id = /\/Patient\/([^/]+)\//.exec(reply?.headers.get('location') ?? '')?.[1];
  once.push({ key, ...told(reply), ...(id === undefined ? {} : { id }) });
}

async function transaction(
  servers: ServersUnderTest,
  server: Server,
  marker: string,
  ids: readonly string[],
  { asked }: Journal,
): Promise<void> {
  const entry = ids.map((id) => ({
    resource: patient(id, marker),
    request: { method: 'PUT', url: `Patient/${id}` },
  }));
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  const reply = await servers.send(server, 'POST', '', body);
  asked.push({ marker, ids, ...told(reply) });
}
