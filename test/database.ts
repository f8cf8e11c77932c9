import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A fresh, empty database for one suite. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, connections that are still open included. */
  drop(): Promise<void>;
}

/** Made in the Postgres that TEST_DATABASE_URL names, whose role must be allowed to create databases. */
export async function createDatabase(): Promise<TestDatabase> {
  const admin = process.env.TEST_DATABASE_URL;
  if (admin === undefined) throw new Error('TEST_DATABASE_URL names no Postgres: the global set-up of jest exports it');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await once(admin, `CREATE DATABASE ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => once(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function once(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
