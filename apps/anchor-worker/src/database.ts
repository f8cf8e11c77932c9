import { Pool, type PoolClient } from 'pg';
import { isUnanswered, type Query, type Transact } from '#libs/store';

/** Bounds that no statement of the worker comes near unless something is wrong. */
const BOUNDS = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: 30_000,
  // Of a Postgres that has gone without a word nothing comes, not even that a statement took too long.
  query_timeout: 40_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  // Shorter than a lease: a leader that hangs in a transaction does not keep its successor from the events.
  idle_in_transaction_session_timeout: 10_000,
  // Each of its statements is short: compiling one takes longer than running it.
  options: '-c jit=off',
};

export interface Database {
  query: Query;
  transact: Transact;
  close(): Promise<void>;
}

async function inTransaction<T>(client: PoolClient, work: (query: Query) => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  const result = await work(async (sql, values) => (await client.query(sql, values)).rows as never);
  await client.query('COMMIT');
  return result;
}

async function rollBack(client: PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

/** A pool of connections. One that breaks is replaced by itself; what was under way on it rejects. */
export function openDatabase(url: string): Database {
  const pool = new Pool({ connectionString: url, max: 12, application_name: 'holdfast anchor-worker', ...BOUNDS });
  // An idle connection that breaks is taken out of the pool by pg; who asks next gets another, or the error.
  pool.on('error', () => undefined);
  return {
    query: async (sql, values) => (await pool.query(sql, values)).rows as never,
    transact: async (work) => {
      const client = await pool.connect();
      let usable = true;
      try {
        return await inTransaction(client, work);
      } catch (error) {
        usable = !isUnanswered(error) && (await rollBack(client));
        throw error;
      } finally {
        client.release(!usable);
      }
    },
    close: () => pool.end(),
  };
}

/** Whether the tables of the log are there: the server makes them when it first starts. */
export async function hasTables(query: Query): Promise<boolean> {
  const [row] = await query<{ made: boolean }>(
    `SELECT to_regclass('ledger_violation') IS NOT NULL AND to_regclass('event_place') IS NOT NULL
       AND to_regclass('installation') IS NOT NULL AS made`,
  );
  return row?.made === true;
}
