// `npm run bench`: throughput as ratios against bare Postgres and bare Fastify, all in one run on one machine.

import { benchCreate } from './create.js';
import { withPlayground } from './playground.js';
import { benchRead } from './read.js';
import { table } from './table.js';

const CLIENTS = Number(process.env.BENCH_CLIENTS ?? 8);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 6);

const results = await withPlayground(async (playground) => [
  ...(await benchCreate(playground, CLIENTS, SECONDS)),
  ...(await benchRead(playground, CLIENTS, SECONDS)),
]);
process.stdout.write(`\n${table(results)}\n\n${JSON.stringify({ clients: CLIENTS, seconds: SECONDS, results })}\n`);
