// kill -9 of the worker at each named step on the way to the ledger, found from outside: at the gateway, or at a table of Postgres
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { InstallationUnderTest } from './installation.js';
import type { Fault, LedgerRelay } from './relay.js';

/** Where a worker is stopped. `at` resolves when it stands there, with what lets others pass again. */
export interface Step {
  name: string;
  at(relay: LedgerRelay, installation: InstallationUnderTest): Promise<() => Promise<void>>;
}

const REACHED_WITHIN_MS = 60_000;

function atGateway(name: string, fault: Fault): Step {
  return {
    name,
    at: async (relay) => {
      await within(relay.next(fault), name);
      return async () => undefined;
    },
  };
}

/** Nothing else writes this table at that moment than the step that is meant. */
function atTable(name: string, table: string): Step {
  return {
    name,
    at: async (_, { database, sql }) => {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      await client.query('BEGIN');
      await client.query(`LOCK TABLE ${table} IN SHARE MODE`);
      const release = async () => {
        await client.query('ROLLBACK');
        await client.end();
      };
      const waits = `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE NOT l.granted AND l.relation = '${table}'::regclass AND a.application_name = 'holdfast anchor-worker'`;
      const end = Date.now() + REACHED_WITHIN_MS;
      // Asked outside the transaction: inside one, Postgres shows the sessions of its beginning for ever.
      while ((await sql(waits)).length === 0) {
        if (Date.now() > end) throw new Error(`the worker did not come to this step: ${name}`);
        await sleep(2);
      }
      return release;
    },
  };
}

async function within<T>(promise: Promise<T>, name: string): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(REACHED_WITHIN_MS, undefined, { signal: late.signal }).then(() => {
        throw new Error(`the worker did not come to this step: ${name}`);
      }),
    ]);
  } finally {
    late.abort();
  }
}

/** Before submit, after submit, before marking. */
export const NAMED_STEPS: readonly Step[] = [
  atGateway('saved, before it is submitted', { method: 'Submit', has: 'append', act: 'hold-request' }),
  atGateway('submitted, before the answer is there', { method: 'Submit', has: 'append', act: 'hold-answer' }),
  atGateway('VALID, before it is marked', { method: 'Evaluate', has: 'GetBlockByTxID', act: 'hold-answer' }),
];

export const STEPS: readonly Step[] = [
  ...NAMED_STEPS,
  atGateway('before it is endorsed', { method: 'Endorse', has: 'append', act: 'hold-request' }),
  atGateway('endorsed, before it is saved', { method: 'Endorse', has: 'append', act: 'hold-answer' }),
  atTable('while numbers and envelope are saved', 'batch'),
  atGateway('submitted, before its status is known', { method: 'CommitStatus', act: 'hold-request' }),
  atGateway('when its status is known and nobody has heard of it', { method: 'CommitStatus', act: 'hold-answer' }),
  atTable('while it is marked', 'tile'),
  atGateway('a Consent saved, before it is submitted', { method: 'Submit', has: 'Consent', act: 'hold-request' }),
  atGateway('a Consent submitted, before the answer is there', {
    method: 'Submit',
    has: 'Consent',
    act: 'hold-answer',
  }),
  atTable('while a Consent is marked', 'consent_event'),
];

/** Faults of the way alone: the worker lives. */
export const LOST_ANSWERS: readonly Step[] = [
  atGateway('the answer to a submission is lost', { method: 'Submit', has: 'append', act: 'lose-answer' }),
  atGateway('the answer about its status is lost', { method: 'CommitStatus', act: 'lose-answer' }),
  atGateway('the same envelope is submitted three times', { method: 'Submit', has: 'append', act: 'thrice' }),
];

/** Starts the worker behind the relay; `hasten`: nobody waits for the lease of the one before it to run out. */
export async function startRelayed(
  { programs, sql }: InstallationUnderTest,
  relay: LedgerRelay,
  hasten: boolean,
): Promise<void> {
  const worker = programs['anchor-worker'];
  await worker.kill();
  if (hasten) await sql('UPDATE lease SET until = clock_timestamp()');
  worker.start(undefined, { DATA_DIR: relay.dataDir });
  await worker.says('leads', 40);
}

/** Under load: kills the worker with SIGKILL at each of these steps, and starts it again. */
export async function killAtSteps(
  installation: InstallationUnderTest,
  relay: LedgerRelay,
  steps: readonly Step[],
  hasten: boolean,
): Promise<void> {
  const worker = installation.programs['anchor-worker'];
  for (const step of steps) {
    const release = await step.at(relay, installation);
    await worker.kill();
    await release();
    await startRelayed(installation, relay, hasten);
  }
}
