import { observation } from './observation.js';
import type { Wire } from './wire.js';

/** What one client does over and over. `timed` sends a request and notes how long it took under its name. */
export type Turn = (timed: Timed, turn: number) => Promise<void>;
export type Timed = (name: string, status: number, ...request: Parameters<Wire['send']>) => Promise<Buffer>;

const SYSTEM = 'urn:ietf:rfc:3986|';

/** Each by its name; `ids` are of resources that are there. */
export const SCENARIOS: Readonly<Record<string, (client: number, ids: readonly string[]) => Turn>> = {
  read: (client, ids) => async (timed, turn) => {
    await timed('read', 200, 'GET', `/Observation/${ids[(client * 61 + turn) % ids.length]}`);
  },
  create: (client) => async (timed, turn) => {
    await timed('create', 201, 'POST', '/Observation', observation('bench', client * 1_000_000 + turn));
  },
  // create, read, update, search, delete: each client with resources and a patient of its own
  mix: (client) => async (timed, turn) => {
    const value = client * 1_000_000 + turn;
    const text = observation(`bench-${client}`, value);
    const created = await timed('create', 201, 'POST', '/Observation', text);
    const { id } = JSON.parse(created.toString()) as { id: string };
    await timed('read', 200, 'GET', `/Observation/${id}`);
    const changed = text.replace('{', `{"id":"${id}",`).replace('"final"', '"amended"');
    await timed('update', 200, 'PUT', `/Observation/${id}`, changed);
    const found = await timed('search', 200, 'GET', `/Observation?identifier=${SYSTEM}urn:example:${value}`);
    if (!found.includes(id)) throw new Error('the search did not find what was written');
    await timed('delete', 204, 'DELETE', `/Observation/${id}`);
  },
};
