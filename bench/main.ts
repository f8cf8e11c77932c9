// `npm run bench`: throughput as ratios against bare Postgres and bare Fastify, all in one run on one machine. `npm run bench --
// ledger`: what goes to the ledger, against the same bytes submitted raw. `npm run bench -- node`: the ledger node itself. `npm run bench --
// validate`: validation against @medplum/core. `npm run bench -- import`: generated patients, by transaction. `npm run bench -- rest`: a mix of
// interactions, with consent and anchoring on and off.

import { benchCreate } from './create.js';
import { benchImport } from './import.js';
import { benchLedger, ledgerTable } from './ledger.js';
import { benchNode } from './node.js';
import { withPlayground } from './playground.js';
import { benchRead } from './read.js';
import { benchRest } from './rest.js';
import { table } from './table.js';
import { benchValidate } from './validate.js';

const CLIENTS = Number(process.env.BENCH_CLIENTS ?? 8);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 6);

async function benchServer(): Promise<void> {
  const results = await withPlayground(async (playground) => [
    ...(await benchCreate(playground, CLIENTS, SECONDS)),
    ...(await benchRead(playground, CLIENTS, SECONDS)),
  ]);
  process.stdout.write(`\n${table(results)}\n\n${JSON.stringify({ clients: CLIENTS, seconds: SECONDS, results })}\n`);
}

async function benchLedgerOnly(): Promise<void> {
  const figures = await benchLedger();
  process.stdout.write(`\n${ledgerTable(figures)}\n\n${JSON.stringify(figures)}\n`);
}

const BENCHES = new Map([
  ['import', benchImport],
  ['ledger', benchLedgerOnly],
  ['node', benchNode],
  ['rest', benchRest],
  ['validate', benchValidate],
]);
await (BENCHES.get(process.argv[2] ?? '') ?? benchServer)();
