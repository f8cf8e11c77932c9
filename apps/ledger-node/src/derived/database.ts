import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const VERSION = 2;

/** What must survive a crash is in the block file; this may lose its latest transactions, but not its order. */
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -4000;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA temp_store = MEMORY;
`;

/** Keys are UTF-8 bytes, which SQLite compares as Fabric orders them. */
const TABLES = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
  CREATE TABLE state (key BLOB PRIMARY KEY, value BLOB NOT NULL, metadata BLOB, block INTEGER, tx INTEGER, crc INTEGER);
  CREATE TABLE history (key BLOB, block INTEGER, crc INTEGER, PRIMARY KEY (key, block)) WITHOUT ROWID;
  CREATE TABLE tx (id BLOB PRIMARY KEY, block INTEGER, place INTEGER, flag INTEGER, crc INTEGER) WITHOUT ROWID;
  CREATE TABLE block (number INTEGER PRIMARY KEY, offset INTEGER, length INTEGER, crc INTEGER, hash BLOB);
  CREATE INDEX block_hash ON block (hash);
  PRAGMA user_version = ${VERSION};
`;

export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}

function userVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** Opens or makes the database. Throws what SQLite throws for a file that is none, or of another version. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA page_size = 8192; ${SETTINGS}`);
    if (userVersion(database) === 0) database.exec(`BEGIN; ${TABLES} COMMIT;`);
    if (userVersion(database) !== VERSION) throw new Error('it was made by another version of the ledger node');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
