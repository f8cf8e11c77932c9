// The only door to Postgres: versions, index, events, rules of Consents.
import type { MasterKey } from './master-key.js';
import type { Store, StoreOptions } from './store.js';

export type { EventToRecord, MadeEvent, RecordedEvent } from './event.js';
export type { Fault } from './fault.js';
export * from './log/index.js';
export type { MasterKey } from './master-key.js';
export type { Absent, Denied, Found, Gone, History, HistoryResult, ReadResult } from './read-result.js';
export type { Store, StoreOptions } from './store.js';
export type { StoredVersion, VersionName } from './stored-version.js';
export type {
  CreateRequest,
  DeleteRequest,
  EventMaker,
  NotWritten,
  UpdateRequest,
  WriteFacts,
  WriteOutcome,
  WriteResult,
  Written,
} from './write.js';

/**
 * Connects, migrates, and binds the database to the master key at its first start. Rejects with an Error in plain words
 * where the server must not start: another master key, `fsync` or `synchronous_commit` off, no connection.
 */
export declare function openStore(options: StoreOptions): Promise<Store>;

/** The master key in a file of mode 0600, made at first use. Rejects when others may read the file or it is no key. */
export declare function fileMasterKey(path: string): Promise<MasterKey>;
