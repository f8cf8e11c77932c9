import { join } from 'node:path';
import type { Config } from '../config.js';
import { prepareDataDir } from '../data-dir.js';
import { realLedger } from '../network/real-ledger.js';
import { freePort, whyNotListen } from '../process/ports.js';
import { StartError } from '../start-error.js';
import { signingKey } from '../token/signing-key.js';
import { type Database, openDatabase } from './database.js';
import { type Lock, takeLock } from './lock.js';
import { LogFile } from './log-file.js';
import { removeRunFile, writeRunFile } from './run-file.js';
import { Service, type ServiceSpec } from './service.js';
import { anchorContract, anchorWorker, fhirServer, ledgerNode, type Ports } from './services.js';

/** Everything has to be gone within ten seconds of being asked to stop. */
const STOP_WITHIN = 9500;
/** Of these, kept for Postgres, which goes last. */
const KEPT_FOR_POSTGRES = 2500;

/**
 * Starts the parts in the order in which they need each other, watches them, and stops them in the opposite order: the API
 * first, Postgres last. One supervisor runs on a DATA_DIR.
 */
export class Supervisor {
  private lock: Lock | undefined;
  private database: Promise<Database> | undefined;
  /** In the order of their start. */
  private readonly services: Service[] = [];
  private readonly abort = new AbortController();
  private stopped: Promise<void> | undefined;
  private giveUp: (reason: string) => void = () => undefined;

  /** Settles with the reason when a part keeps dying: the caller stops everything then. */
  readonly failed = new Promise<string>((resolve) => {
    this.giveUp = resolve;
  });

  constructor(
    private readonly config: Config,
    private readonly say: (line: string) => void,
  ) {}

  /** Settles when all parts are ready. Rejects with a StartError; call stop() then, too. */
  async start(): Promise<void> {
    const { config } = this;
    prepareDataDir(config.dataDir);
    this.lock = takeLock(config.dataDir);
    await this.checkPort();
    const real = realLedger(config);
    const ports: Ports = { api: config.port, ...(real ?? { ledger: await freePort(), contract: await freePort() }) };
    const [database] = await Promise.all([this.startDatabase(), real ? undefined : this.startLedger(ports)]);
    writeRunFile(config.dataDir, {
      pid: process.pid,
      ports: { ...ports, ...(database.port === undefined ? {} : { postgres: database.port }) },
      databaseUrl: database.url,
    });
    await this.prepareDatabase(database.url);
    await this.startService(anchorWorker(config, database.url), 'Starting the worker ...');
    await this.startService(fhirServer(config, database.url), 'Starting the FHIR server ...');
  }

  /** Stops everything in order; leaves no process. May be called at any time, also while starting, and more than once. */
  stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  private async stopAll(): Promise<void> {
    const end = Date.now() + STOP_WITHIN;
    this.abort.abort();
    const services = [...this.services].reverse();
    for (const service of services) {
      const left = end - KEPT_FOR_POSTGRES - Date.now();
      await service.stop(Math.max(200, Math.min(service.stopWithin, left)));
    }
    const database = await this.database?.catch(() => undefined);
    await database?.stop(Math.max(1000, end - Date.now()));
    if (!this.lock) return;
    removeRunFile(this.config.dataDir);
    this.lock.release();
  }

  private async checkPort(): Promise<void> {
    const { port, host } = this.config;
    const reason = await whyNotListen(port, host);
    if (reason === undefined) return;
    if (reason === 'EADDRINUSE')
      throw new StartError(`Port ${port} is in use by another program: set PORT to another.`);
    throw new StartError(`Holdfast cannot listen on ${host}, port ${port}: ${reason}.`);
  }

  private startDatabase(): Promise<Database> {
    this.say(this.config.databaseUrl === undefined ? 'Starting Postgres ...' : 'Connecting to your Postgres ...');
    const { say, giveUp } = this;
    this.database = openDatabase(this.config, { say, giveUp, abort: this.abort.signal });
    return this.database;
  }

  /** Before the programs that use them start: tables, master key, token key, and the refusal of a Postgres that could lose what it promised. */
  private async prepareDatabase(url: string): Promise<void> {
    this.goOn();
    this.say('Preparing the database ...');
    const { openDatabaseStore } = await import('../installation.js');
    const store = await openDatabaseStore(this.config, url);
    await store.close();
    if (!this.config.hasIssuers) await signingKey(this.config.dataDir); // the server reads its public half
  }

  private async startLedger(ports: Ports): Promise<void> {
    await this.startService(ledgerNode(this.config, ports), 'Starting the ledger ...');
    await this.startService(anchorContract(this.config, ports), 'Starting the contract ...');
  }

  private async startService(spec: ServiceSpec, line: string): Promise<void> {
    this.goOn();
    this.say(line);
    const log = new LogFile(join(this.config.dataDir, 'logs', `${spec.name}.log`));
    const service = new Service(spec, { log, say: this.say, giveUp: this.giveUp });
    this.services.push(service);
    await service.start();
  }

  private goOn(): void {
    if (this.abort.signal.aborted) throw new StartError('The start was broken off.');
  }
}
