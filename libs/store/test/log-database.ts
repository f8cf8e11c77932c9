// A database of its own for one test file, with the tables as the migrations make them
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import type { Query, Transact } from '../src/log/index.js';

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

export interface LogDatabase {
  url: string;
  query: Query;
  transact: Transact;
  /** Adds events to the outbox, each with a random record; gives their leaves. */
  addEvents(count: number): Promise<Buffer[]>;
  drop(): Promise<void>;
}

async function admin(sql: string): Promise<void> {
  const client = new Client(process.env.TEST_DATABASE_URL);
  await client.connect();
  await client.query(sql);
  await client.end();
}

function transactOn(pool: Pool): Transact {
  return async (work) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(async (sql, values) => (await client.query(sql, values)).rows as never);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  };
}

export async function logDatabase(): Promise<LogDatabase> {
  const name = `log_${randomBytes(8).toString('hex')}`;
  await admin(`CREATE DATABASE ${name}`);
  const url = new URL(process.env.TEST_DATABASE_URL!);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: 8 });
  pool.on('error', () => undefined); // DROP DATABASE may reach a connection that is just ending
  for (const file of readdirSync(MIGRATIONS)
    .filter((entry) => /^\d{4}.*\.sql$/.test(entry))
    .sort()) {
    await pool.query(readFileSync(join(MIGRATIONS, file), 'utf8'));
  }
  const query: Query = async (sql, values) => (await pool.query(sql, values)).rows as never;
  return {
    url: url.href,
    query,
    transact: transactOn(pool),
    addEvents: async (count) => {
      const leaves = Array.from({ length: count }, () => randomBytes(32));
      await query(
        `INSERT INTO event (event_id, time, decision, record, leaf, opening)
         SELECT leaf, clock_timestamp(), 'permit', leaf, leaf, leaf FROM unnest($1::bytea[]) AS leaf`,
        [leaves],
      );
      return leaves;
    },
    drop: async () => {
      await pool.end();
      await admin(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
