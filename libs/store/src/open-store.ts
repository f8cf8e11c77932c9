import { KeyChain } from './keys/key-chain.js';
import { PatientKeys } from './keys/patient-keys.js';
import { siteKeys } from './keys/site-keys.js';
import { connect, migrate } from './postgres/connect.js';
import { Database } from './postgres/database.js';
import { requireDurability } from './postgres/durable.js';
import { bindMasterKey } from './postgres/installation.js';
import { PostgresStore } from './postgres-store.js';
import type { Store, StoreOptions } from './store.js';
import { closeNobodys } from './versions/close-nobodys.js';
import { addMissingConsentEvents } from './versions/consent-event.js';

/**
 * Connects, migrates, and binds the database to the master key at its first start. Rejects with an Error in plain words
 * where the server must not start: another master key, `fsync` or `synchronous_commit` off, no connection.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const dataSource = await connect(options);
  try {
    const database = new Database(dataSource);
    await requireDurability(database);
    await migrate(dataSource);
    await bindMasterKey(database, options.masterKey);
    const site = siteKeys(options.masterKey);
    const keys = new PatientKeys(new KeyChain(options.masterKey), site.hash64);
    await closeNobodys(database, keys);
    await addMissingConsentEvents(database, keys.chain);
    return new PostgresStore(database, site, keys, options.base);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
