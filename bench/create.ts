import { bareCreate } from './bare-create.js';
import { httpClient } from './http-load.js';
import { measure } from './measure.js';
import { observation } from './observation.js';
import type { Playground } from './playground.js';
import type { Result } from './table.js';

/** create over HTTP against a bare Postgres transaction that writes the same rows. */
export async function benchCreate(playground: Playground, clients: number, seconds: number): Promise<Result[]> {
  const send = httpClient(playground.base, playground.token);
  let value = 0;
  const create = async () => {
    value += 1;
    await send('POST', '/Observation', 201, observation('bench', value));
  };
  await create();
  const bare = await bareCreate(playground.databaseUrl, clients);
  const baseline = await measure(clients, seconds, bare.create);
  await bare.close();
  const ours = await measure(clients, seconds, create);
  return [
    { name: 'create: bare Postgres transaction', ...baseline },
    { name: 'create: Holdfast', ...ours, ratio: ours.perSecond / baseline.perSecond },
  ];
}
