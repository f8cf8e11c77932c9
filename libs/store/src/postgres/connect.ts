import { types } from 'node:util';
import { DataSource, type Logger } from 'typeorm';
import { sqlMigrations } from './migrations.js';

export interface Connection {
  readonly url: string;
  readonly migrations: string;
  readonly poolSize?: number;
  readonly applicationName?: string;
}

/** Bounds that no statement of ours comes near unless something is wrong. */
const BOUNDS = {
  statement_timeout: 60_000,
  // Of a Postgres that has gone without a word nothing comes, not even that a statement took too long.
  query_timeout: 75_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  lock_timeout: 15_000,
  idle_in_transaction_session_timeout: 60_000,
  connectionTimeoutMillis: 5_000,
};

/** What TypeORM would print holds SQL; what matters of it comes as an error. */
const SILENT: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/** A DataSource that is connected. Rejects with an Error that does not repeat the URL, which may hold a password. */
export async function connect({ url, migrations, poolSize, applicationName }: Connection): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations: await sqlMigrations(migrations),
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    applicationName: applicationName ?? 'holdfast',
    poolSize: poolSize ?? 10,
    extra: BOUNDS,
    // A connection that breaks while idle is taken out of the pool; who asks next gets a new one or the error.
    poolErrorHandler: () => undefined,
    logger: SILENT,
  });
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw new Error(`The database cannot be reached (${reason(error)})`);
  }
}

function reason(error: unknown): string {
  if (types.isNativeError(error) && 'code' in error && typeof error.code === 'string') return error.code;
  return 'no reason given';
}

/** Applies what is new in the folder of migrations, one process at a time. */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query(`SET lock_timeout = 0`);
    await runner.query(`SELECT pg_advisory_lock(hashtext('holdfast migrations'))`);
    await dataSource.runMigrations();
  } finally {
    await runner.query(`SELECT pg_advisory_unlock(hashtext('holdfast migrations'))`);
    await runner.query(`RESET lock_timeout`);
    await runner.release();
  }
}
