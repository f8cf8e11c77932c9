import { join } from 'node:path';
import type { Config } from '../../config.js';
import { prepareDataDir } from '../../data-dir.js';
import { openDatabaseStore } from '../../installation.js';
import { freePort } from '../../process/ports.js';
import { type Database, openDatabase } from '../../up/database.js';
import { LogFile } from '../../up/log-file.js';
import { Service } from '../../up/service.js';
import { anchorContract, ledgerNode } from '../../up/services.js';

const STOP_DATABASE_WITHIN = 5_000;

/** What has to run while the log moves: the database, the embedded ledger and its contract. No server, no worker. */
export class PartsInUse {
  private database: Database | undefined;
  private readonly services: Service[] = [];
  private readonly abort = new AbortController();

  constructor(
    private readonly config: Config,
    private readonly say: (line: string) => void,
  ) {}

  /** Starts the database and brings its tables up to date. Gives its URL. Rejects with a StartError. */
  async startDatabase(): Promise<string> {
    const { config, say } = this;
    prepareDataDir(config.dataDir);
    say(config.databaseUrl === undefined ? 'Starting Postgres ...' : 'Connecting to your Postgres ...');
    this.database = await openDatabase(config, { say, giveUp: say, abort: this.abort.signal });
    const store = await openDatabaseStore(config, this.database.url);
    await store.close();
    return this.database.url;
  }

  async startLedger(): Promise<void> {
    this.say('Starting the ledger in use ...');
    const ports = { api: 0, ledger: await freePort(), contract: await freePort() };
    for (const spec of [ledgerNode(this.config, ports), anchorContract(this.config, ports)]) {
      const log = new LogFile(join(this.config.dataDir, 'logs', `${spec.name}.log`));
      const service = new Service(spec, { log, say: this.say, giveUp: this.say });
      this.services.push(service);
      await service.start();
    }
  }

  async stop(): Promise<void> {
    this.abort.abort();
    for (const service of [...this.services].reverse()) await service.stop();
    await this.database?.stop(STOP_DATABASE_WITHIN);
  }
}
