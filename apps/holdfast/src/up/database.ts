import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Config } from '../config.js';
import { type RunningPostgres, startPostgres } from '../postgres/start-postgres.js';
import { StartError } from '../start-error.js';

/** The Postgres that everything else uses. */
export interface Database {
  url: string;
  /** Port of the embedded one; undefined for one the user brings, which we never stop. */
  port: number | undefined;
  stop(milliseconds: number): Promise<void>;
}

export interface DatabaseHost {
  say: (line: string) => void;
  giveUp: (reason: string) => void;
  abort: AbortSignal;
}

const MOST_DEATHS = 5;
const FORGOTTEN_AFTER = 60_000;

async function givenDatabase(url: string): Promise<Database> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query below reports it
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    throw new StartError(`The Postgres of DATABASE_URL cannot be used: ${(error as Error).message}.`);
  } finally {
    await client.end().catch(() => undefined);
  }
  return { url, port: undefined, stop: async () => undefined };
}

/** Embedded Postgres that is started again, on the same port, when it dies. */
class EmbeddedDatabase implements Database {
  private stopping = false;
  private deaths = 0;

  private constructor(
    private running: RunningPostgres,
    private readonly config: Config,
    private readonly host: DatabaseHost,
  ) {
    this.watch();
  }

  static async start(config: Config, host: DatabaseHost): Promise<EmbeddedDatabase> {
    return new EmbeddedDatabase(await launch(config, host), config, host);
  }

  get url(): string {
    return this.running.url;
  }

  get port(): number {
    return this.running.port;
  }

  async stop(milliseconds: number): Promise<void> {
    this.stopping = true;
    await this.running.stop(milliseconds);
  }

  private watch(): void {
    const since = Date.now();
    void this.running.ended.then(async () => {
      if (this.stopping) return;
      this.deaths = Date.now() - since > FORGOTTEN_AFTER ? 1 : this.deaths + 1;
      await this.running.stop(0); // its guard
      await this.revive();
    });
  }

  private async revive(): Promise<void> {
    if (this.deaths > MOST_DEATHS) {
      this.host.giveUp(`Postgres died ${this.deaths} times in a row, so everything stops.`);
      return;
    }
    this.host.say('Postgres died and is started again.');
    await sleep(100 * 2 ** this.deaths);
    if (this.stopping) return;
    try {
      this.running = await launch(this.config, this.host, this.running.port);
      this.host.say('Postgres is back.');
    } catch (error) {
      this.host.giveUp(`Postgres cannot be started again. ${(error as Error).message}`);
      return;
    }
    if (this.stopping) await this.running.stop();
    else this.watch();
  }
}

function launch(config: Config, host: DatabaseHost, port?: number): Promise<RunningPostgres> {
  return startPostgres({
    home: join(config.dataDir, 'postgres'),
    log: join(config.dataDir, 'logs', 'postgres.log'),
    say: host.say,
    abort: host.abort,
    ...(port === undefined ? {} : { port }),
  });
}

/** The Postgres of DATABASE_URL, tried, or the embedded one, started. Throws StartError with the reason. */
export function openDatabase(config: Config, host: DatabaseHost): Promise<Database> {
  return config.databaseUrl === undefined ? EmbeddedDatabase.start(config, host) : givenDatabase(config.databaseUrl);
}
