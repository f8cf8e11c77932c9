// What clients asked for and were told, and whether the histories of the resources agree with it
import type { ServersUnderTest } from './servers.js';

/** A write that was asked for. Its marker stands in every version that it makes, and in no other. */
export interface Asked {
  readonly marker: string;
  /** Ids of the resources that it writes. */
  readonly ids: readonly string[];
  /** The version that If-Match named. */
  readonly ifMatch?: number;
  /** HTTP status; absent where the connection broke: then it may have been done or not. */
  readonly status?: number;
  /** The version that the answer named, of a write to one resource. */
  readonly version?: number;
}

/** A conditional create of which there may be one only. */
export interface AskedOnce {
  readonly key: string;
  readonly status?: number;
  /** The resource that the answer named. */
  readonly id?: string;
}

interface HistoryEntry {
  resource?: { id: string; meta: { versionId: string }; name?: { family?: string }[] };
}

type Histories = ReadonlyMap<string, readonly string[]>;

/**
 * What is wrong: versions that are not 1..n, an update that was lost or done twice or in part, an answer that was no truth, an
 * If-Match that let something else through, twins. Empty where nothing is.
 */
export async function faults(
  servers: ServersUnderTest,
  ids: readonly string[],
  asked: readonly Asked[],
  once: readonly AskedOnce[],
): Promise<string[]> {
  const found: string[] = [];
  const histories = new Map<string, readonly string[]>();
  for (const id of ids) histories.set(id, await markers(servers, id, found));
  for (const one of asked) found.push(...faultsOf(one, histories));
  const known = new Set(asked.map(({ marker }) => marker));
  for (const [id, history] of histories) {
    found.push(...history.filter((marker) => !known.has(marker)).map((marker) => `${id} has ${marker}, nobody's`));
  }
  for (const key of new Set(once.map((one) => one.key))) {
    found.push(
      ...(await twins(
        servers,
        key,
        once.filter((one) => one.key === key),
      )),
    );
  }
  return [...found, ...(await withoutEvent(servers))];
}

/** The marker of each version, the first first. */
async function markers(servers: ServersUnderTest, id: string, found: string[]): Promise<string[]> {
  const reply = await servers.send(servers.servers[0]!, 'GET', `/Patient/${id}/_history?_count=1000`);
  if (reply?.status === 404) return [];
  const entries = (JSON.parse(reply?.text ?? '{}') as { entry?: HistoryEntry[] }).entry ?? [];
  const versions = entries.map(({ resource }) => Number(resource?.meta.versionId)).reverse();
  if (versions.some((version, at) => version !== at + 1)) found.push(`${id} has versions ${versions}`);
  return entries.map(({ resource }) => resource?.name?.[0]?.family ?? '').reverse();
}

function faultsOf({ marker, ids, ifMatch, status, version }: Asked, histories: Histories): string[] {
  const places = ids.map((id) => (histories.get(id) ?? []).flatMap((one, at) => (one === marker ? [at + 1] : [])));
  const done = places.filter((versions) => versions.length > 0).length;
  const found: string[] = [];
  if (places.some((versions) => versions.length > 1)) found.push(`${marker} was done twice`);
  if (done !== 0 && done !== ids.length) found.push(`${marker} was done for ${done} of ${ids.length}`);
  if (status !== undefined && status < 300 !== done > 0) found.push(`${marker} was answered ${status}, done: ${done}`);
  if (status !== undefined && status !== 412 && status >= 300) found.push(`${marker} was answered ${status}`);
  if (done > 0 && ifMatch !== undefined && places[0]?.[0] !== ifMatch + 1)
    found.push(`${marker} replaced another version`);
  if (done > 0 && version !== undefined && places[0]?.[0] !== version)
    found.push(`${marker} is not version ${version}`);
  return found;
}

async function twins(servers: ServersUnderTest, key: string, once: readonly AskedOnce[]): Promise<string[]> {
  const reply = await servers.send(servers.servers[0]!, 'GET', `/Patient?identifier=urn:once|${key}`);
  const bundle = JSON.parse(reply?.text ?? '{}') as { entry?: HistoryEntry[] };
  const ids = (bundle.entry ?? []).map(({ resource }) => resource?.id);
  const told = new Set(once.flatMap(({ id }) => id ?? []));
  const refused = once.filter(({ status }) => status !== undefined && status >= 300);
  const created = once.filter(({ status }) => status === 201);
  return [
    ...(ids.length > 1 ? [`${key} has ${ids.length} twins`] : []),
    ...(told.size > 1 || (told.size === 1 && !told.has(ids[0] ?? '')) ? [`${key}: told ${[...told]}, is ${ids}`] : []),
    ...(created.length > 1 ? [`${key} was created ${created.length} times`] : []),
    ...refused.map(({ status }) => `${key} was answered ${status}`),
  ];
}

async function withoutEvent({ sql }: ServersUnderTest): Promise<string[]> {
  const [row] = await sql<{ n: string }>(
    `SELECT count(*) AS n FROM version v FULL JOIN (SELECT version_pid FROM event WHERE version_pid IS NOT NULL) e
       ON e.version_pid = v.pid WHERE v.pid IS NULL OR e.version_pid IS NULL`,
  );
  return row?.n === '0' ? [] : [`${row?.n} versions without event or events without version`];
}
