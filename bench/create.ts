import { bareCreate } from './bare-create.js';
import { httpLoad, measureLoad } from './http-load.js';
import { measure } from './measure.js';
import type { Playground } from './playground.js';
import type { Result } from './table.js';

/** create over HTTP against a bare Postgres transaction that writes the same rows. */
export async function benchCreate(playground: Playground, clients: number, seconds: number): Promise<Result[]> {
  const { base, token } = playground;
  const load = { scenario: 'create', clients, base, token, ids: [] };
  await httpLoad({ ...load, clients: 1, seconds: 0.1, first: 900_000 });
  const bare = await bareCreate(playground.databaseUrl, clients);
  const baseline = await measure(clients, seconds, () => bare.create());
  await bare.close();
  const ours = await measureLoad({ ...load, seconds });
  return [
    { name: 'create: bare Postgres transaction', ...baseline },
    { name: 'create: Holdfast', ...ours, ratio: ours.perSecond / baseline.perSecond },
  ];
}
