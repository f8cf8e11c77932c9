// A database of its own for one test file, with the tables as the migrations make them
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import { appendLeaves, CompactRange, type Growth } from '#libs/merkle';
import type { OutboxEvents, Query, Transact } from '../src/log/index.js';

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

/** The leaf hashes of events of the outbox. */
export function leavesOf({ entries }: OutboxEvents): Buffer[] {
  return Array.from({ length: entries.length / 33 }, (_, i) => entries.subarray(i * 33 + 1, (i + 1) * 33));
}

/** The range with these events appended, and what that adds to the tiles. */
export function grown(before: CompactRange, events: OutboxEvents): { range: CompactRange; growth: Growth } {
  const range = CompactRange.of(before.size, before.hashes);
  return { growth: appendLeaves(range, Buffer.concat(leavesOf(events))), range };
}

/** As if no event had ever been there. */
export async function emptied(query: Query): Promise<void> {
  await query('TRUNCATE event, event_place, batch, tile, lease');
  await query('UPDATE event_settled SET up_to = 0');
}

/** `before`: only the migrations with lower numbers. */
export async function logDatabase(before = '9999'): Promise<LogDatabase> {
  const name = `log_${randomBytes(8).toString('hex')}`;
  await admin(`CREATE DATABASE ${name}`);
  const url = new URL(process.env.TEST_DATABASE_URL!);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: 8 });
  pool.on('error', () => undefined); // DROP DATABASE may reach a connection that is just ending
  for (const file of readdirSync(MIGRATIONS)
    .filter((entry) => /^\d{4}.*\.sql$/.test(entry) && entry < before)
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
