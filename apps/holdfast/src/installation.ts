import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileMasterKey, openStore, type Store } from '#libs/store';
import type { Config } from './config.js';
import { isAlive } from './process/process-state.js';
import { StartError } from './start-error.js';
import { readRunFile } from './up/run-file.js';

const migrations = join(import.meta.dirname, '../../../../migrations');

/** The store on this database, migrated; a master key is made for a database that has none. Throws StartError with the reason. */
export async function openDatabaseStore(config: Config, databaseUrl: string): Promise<Store> {
  try {
    const masterKey = await fileMasterKey(join(config.dataDir, 'keys', 'master.key'));
    return await openStore({ url: databaseUrl, masterKey, migrations, poolSize: 2, applicationName: 'holdfast' });
  } catch (error) {
    throw new StartError(`The database cannot be used: ${(error as Error).message}`);
  }
}

/** The store of the installation that runs on this DATA_DIR. Makes nothing new. Throws StartError when none runs. */
export async function openRunningStore(config: Config): Promise<Store> {
  const running = readRunFile(config.dataDir);
  if (!running || !isAlive(running.pid)) {
    throw new StartError(
      `No Holdfast runs on ${config.dataDir}: start it, or set DATA_DIR to the folder of the one that runs.`,
    );
  }
  if (!existsSync(join(config.dataDir, 'keys', 'master.key'))) {
    throw new StartError(`There is no master key in ${config.dataDir}: nothing of its records can be read.`);
  }
  return openDatabaseStore(config, running.databaseUrl);
}
