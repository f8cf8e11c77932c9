// FHIR R4 http.html#transaction: a server is killed while it works on a transaction; what is left of that
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../faults/chance.js';
import type { ServersUnderTest } from './servers.js';

const ENTRIES = 120;

/** What became of the transactions whose server was killed. */
export interface KillCount {
  /** Nothing is left of them. */
  absent: number;
  /** Stored whole, though nobody was told. */
  whole: number;
  /** Answered before the kill came. */
  answered: number;
  /** Of all these: a transaction of Postgres was open when the kill came. */
  open: number;
}

interface Traces {
  versions: number;
  resources: number;
  events: number;
  told: number;
  entries: number;
}

/** Creates, updates of what is there and is not, and a conditional create; `round` makes them different from all others. */
function bundle(round: number): string {
  const patient = { resourceType: 'Patient', name: [{ family: `Round${round}` }] };
  const urn = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a';
  const entry = Array.from({ length: ENTRIES - 2 }, (_, index) => {
    if (index % 3 === 0) {
      const id = `kept-${index}`;
      return { resource: { ...patient, id }, request: { method: 'PUT', url: `Patient/${id}` } };
    }
    if (index % 3 === 1) {
      const id = `r${round}-${index}`;
      return { resource: { ...patient, id }, request: { method: 'PUT', url: `Patient/${id}` } };
    }
    const resource = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: urn } };
    return { resource, request: { method: 'POST', url: 'Observation' } };
  });
  const identifier = [{ system: 'urn:round', value: String(round) }];
  const first = { fullUrl: urn, resource: patient, request: { method: 'POST', url: 'Patient' } };
  const once = {
    resource: { ...patient, identifier },
    request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=urn:round|${round}` },
  };
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: [first, ...entry, once] });
}

/**
 * Sends a transaction and kills its server at a moment that chance takes, `rounds` times. Throws where one is neither whole nor
 * absent, where its events are not as many as its versions, or where an answer was no truth.
 */
export async function killRounds(
  servers: ServersUnderTest,
  rounds: number,
  chance: Chance,
  say: (line: string) => void = () => undefined,
): Promise<KillCount> {
  const count: KillCount = { absent: 0, whole: 0, answered: 0, open: 0 };
  const typical = await typicalMilliseconds(servers);
  for (let round = 1; round <= rounds; round += 1) {
    const server = servers.servers[round % servers.servers.length]!;
    await server.program.says('ready');
    const before = await traces(servers);
    let answered = false;
    const sent = servers.send(server, 'POST', '', bundle(round)).finally(() => {
      answered = true;
    });
    await sleep(chance.next() * 2 * typical);
    if ((await servers.transactions()) > 0) count.open += 1;
    const wasAnswered = answered;
    await server.program.kill();
    const reply = await sent;
    server.program.start();
    await servers.quiet();
    const after = await traces(servers);
    const outcome = outcomeOf(before, after, round);
    if (reply !== undefined && (reply.status !== 200 || outcome !== 'whole')) {
      throw new Error(`round ${round}: answered ${reply.status}, and it is ${outcome}`);
    }
    count[reply !== undefined && wasAnswered ? 'answered' : outcome] += 1;
    say(`round ${round} of ${rounds}: ${JSON.stringify(count)}`);
  }
  return count;
}

function outcomeOf(before: Traces, after: Traces, round: number): 'absent' | 'whole' {
  const more = (name: keyof Traces) => after[name] - before[name];
  const versions = more('versions');
  if (versions !== 0 && versions !== ENTRIES) throw new Error(`round ${round}: ${versions} of ${ENTRIES} are stored`);
  if (more('told') !== versions || more('entries') !== versions - more('told') + more('resources')) {
    throw new Error(`round ${round}: ${JSON.stringify({ before, after })}`);
  }
  return versions === 0 ? 'absent' : 'whole';
}

/** Versions, their resources, all events, events of versions, and rows of the search index. */
async function traces({ sql }: ServersUnderTest): Promise<Traces> {
  const [row] = await sql<Record<keyof Traces, string>>(`SELECT (SELECT count(*) FROM version) AS versions,
    (SELECT count(*) FROM resource) AS resources, (SELECT count(*) FROM event) AS events,
    (SELECT count(*) FROM event e JOIN version v ON v.pid = e.version_pid) AS told,
    (SELECT count(*) FROM index_entry) AS entries`);
  const numbers = Object.entries(row ?? {}).map(([name, n]) => [name, Number(n)]);
  return Object.fromEntries(numbers) as Traces;
}

async function typicalMilliseconds(servers: ServersUnderTest): Promise<number> {
  let longest = 0;
  for (const [at, server] of [...servers.servers, ...servers.servers].entries()) {
    const from = performance.now();
    const reply = await servers.send(server, 'POST', '', bundle(-1 - at));
    if (reply?.status !== 200)
      throw new Error(`a transaction that nobody disturbs was ${reply?.status}: ${reply?.text.slice(0, 300)}`);
    if (at >= servers.servers.length) longest = Math.max(longest, performance.now() - from);
  }
  return longest;
}
