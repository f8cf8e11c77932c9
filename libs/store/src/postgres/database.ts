import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import type { EventRow } from '../events/event-row.js';
import { Places } from './places.js';
import type { Statement } from './statement.js';
import { fromPostgres, isRetryable, isUnanswered } from './unavailable.js';

/** Runs statements, one after the other. */
export interface Session {
  run<Row extends QueryResultRow>(statement: Statement): Promise<Row[]>;
  /** Events that wrote no version, of a transaction of several interactions: recorded also where it is rolled back. */
  readonly outliving?: EventRow[];
}

/** A session in which several statements can be one transaction. */
export interface TransactionalSession extends Session {
  readonly dataSource: DataSource;
  /** `body` in one transaction; it may run more than once, so it must have no effect outside. */
  transaction<T>(body: (session: Session) => Promise<T>): Promise<T>;
}

/** How often a transaction is run again that lost against another one. */
const ATTEMPTS = 4;

/**
 * Connections that transactions leave free. A transaction may have to wait for a statement of another connection (the key of a
 * new patient), which itself waits for no transaction: with these there is always one to run it.
 */
const LEFT_FREE = 2;

/**
 * The pool of a DataSource, for hand-written SQL. Every error that leaves it is a FhirError without SQL in it, or was thrown
 * by the caller's own code.
 */
export class Database implements TransactionalSession {
  readonly #pool: Pool;
  readonly #places: Places;

  constructor(readonly dataSource: DataSource) {
    this.#pool = (dataSource.driver as unknown as { master: Pool }).master;
    this.#places = new Places(Math.max(1, (this.#pool.options.max ?? LEFT_FREE) - LEFT_FREE));
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
  transaction<T>(body: (session: Session) => Promise<T>): Promise<T> {
    return this.#places.within(() => this.#attempts(body));
  }

  async #attempts<T>(body: (session: Session) => Promise<T>): Promise<T> {
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
    // Lost between two statements: the next one fails, and an event nobody listens to would end the process.
    client.on('error', ignored);
    try {
      await client.query('BEGIN');
      const result = await body({ run: async (statement) => (await client.query(statement)).rows });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      broken = isUnanswered(error) || !(await rolledBack(client));
      throw error;
    } finally {
      client.release(broken);
      if (!broken) client.off('error', ignored);
    }
  }
}

function ignored(): void {
  // What failed is told by the statement that finds it so.
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
