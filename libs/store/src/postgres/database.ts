import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import type { Statement } from './statement.js';
import { fromPostgres, isRetryable } from './unavailable.js';

/** Runs statements, one after the other. */
export interface Session {
  run<Row extends QueryResultRow>(statement: Statement): Promise<Row[]>;
}

/** How often a transaction is run again that lost against another one. */
const ATTEMPTS = 4;

/**
 * The pool of a DataSource, for hand-written SQL. Every error that leaves it is a FhirError without SQL in it, or was thrown
 * by the caller's own code.
 */
export class Database implements Session {
  readonly #pool: Pool;

  constructor(readonly dataSource: DataSource) {
    this.#pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  /** One statement, in a transaction of its own. */
  async run<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(statement)).rows;
    } catch (error) {
      throw fromPostgres(error);
    }
  }

  /**
   * `body` in one transaction (READ COMMITTED), committed when it resolves. Runs again from the start after a deadlock, so
   * `body` must have no effect outside.
   */
  async transaction<T>(body: (session: Session) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(body);
      } catch (error) {
        if (attempt >= ATTEMPTS || !isRetryable(error)) throw fromPostgres(error);
      }
    }
  }

  async #once<T>(body: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      const result = await body({ run: async (statement) => (await client.query(statement)).rows });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      broken = !(await rolledBack(client));
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
