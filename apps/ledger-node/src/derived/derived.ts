import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StateUpdate } from '#libs/fabric-block';
import type { BlockPlace } from '../chain/block-file.js';
import { LedgerDamage } from '../chain/ledger-damage.js';
import { BlockPlaces } from './block-places.js';
import { openDatabase, removeDatabase } from './database.js';
import { DiskHistory } from './disk-history.js';
import { DiskState } from './disk-state.js';
import { DiskTransactions } from './disk-transactions.js';

/** A crash costs at most so much replay. */
const BLOCKS_PER_COMMIT = 64;
const BYTES_PER_COMMIT = 4 * 1024 * 1024;
/** Larger databases are checked where they are read. */
const CHECKED_AT_START = 128 * 1024 * 1024;
const CHECK_MILLISECONDS = 500;

export interface AppliedBlock {
  number: number;
  place: BlockPlace;
  headerHash: Uint8Array;
  txIds: readonly string[];
  flags: Uint8Array;
  updates: readonly StateUpdate[];
}

export interface DerivedListeners {
  /** Told of a database before it is looked at whether it is damaged, which may take a while. */
  opened?: (derived: Derived) => void;
  /** Told why the database was made anew. */
  rebuilt: (reason: string) => void;
  /** Told of damage that was found later. */
  damaged: (damage: LedgerDamage) => void;
}

/**
 * All that follows from the blocks: state, histories, transaction ids, places of blocks. It is on disk and may be behind
 * the block file after a crash, never ahead of it; removed, it is made again from the blocks.
 */
export class Derived {
  readonly state: DiskState;
  readonly history: DiskHistory;
  readonly transactions: DiskTransactions;
  readonly places: BlockPlaces;
  private readonly setMeta: StatementSync;
  private readonly getMeta: StatementSync;
  private pending = { blocks: 0, bytes: 0 };

  private constructor(
    readonly path: string,
    private readonly database: DatabaseSync,
    damaged: DerivedListeners['damaged'],
  ) {
    const found = (damage: LedgerDamage) => {
      this.condemn(damage);
      damaged(damage);
    };
    this.state = new DiskState(database, found);
    this.history = new DiskHistory(database, found);
    this.transactions = new DiskTransactions(database, found);
    this.places = new BlockPlaces(database);
    this.setMeta = database.prepare(
      'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.getMeta = database.prepare('SELECT value FROM meta WHERE name = ?');
  }

  /**
   * Opens or makes the database at `path`. One that cannot be read, or is not as it was written, is removed and made
   * anew, empty; `rebuilt` is then told why.
   */
  static open(path: string, listeners: DerivedListeners): Derived {
    try {
      return Derived.checked(path, listeners);
    } catch (error) {
      removeDatabase(path);
      listeners.rebuilt((error as Error).message);
      return new Derived(path, openDatabase(path), listeners.damaged);
    }
  }

  private static checked(path: string, { opened, damaged }: DerivedListeners): Derived {
    const database = openDatabase(path);
    try {
      const derived = new Derived(path, database, damaged);
      opened?.(derived);
      derived.check(statSync(path).size);
      return derived;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  private check(size: number): void {
    const damage = this.meta('damage');
    if (damage) throw new LedgerDamage(Buffer.from(damage).toString('utf8'));
    if (size > CHECKED_AT_START) return;
    const found = this.database.prepare('PRAGMA quick_check(1)').get();
    if (found?.quick_check !== 'ok') throw new LedgerDamage(`SQLite finds it damaged: ${String(found?.quick_check)}`);
    this.state.check(CHECK_MILLISECONDS);
  }

  private meta(name: string): Uint8Array | undefined {
    return this.getMeta.get(name)?.value as Uint8Array | undefined;
  }

  /** Number of blocks that have been applied. */
  get height(): number {
    return Number(this.database.prepare('SELECT max(number) AS last FROM block').get()?.last ?? -1) + 1;
  }

  /** Takes in the next block. All readers of this object see it at once; the disk has it some blocks later. */
  apply({ number, place, headerHash, txIds, flags, updates }: AppliedBlock): void {
    if (this.pending.blocks === 0) this.database.exec('BEGIN');
    this.state.apply(updates);
    this.history.add(updates, number);
    this.places.add(number, place, headerHash);
    for (const [index, txId] of txIds.entries())
      this.transactions.add(txId, { block: number, index, flag: flags[index]! });
    this.pending.blocks += 1;
    this.pending.bytes += place.length;
    if (this.pending.blocks >= BLOCKS_PER_COMMIT || this.pending.bytes >= BYTES_PER_COMMIT) this.commit();
  }

  private commit(): void {
    if (this.pending.blocks > 0) this.database.exec('COMMIT');
    this.pending = { blocks: 0, bytes: 0 };
  }

  /** Notes that something was found damaged: the next start makes everything anew. */
  private condemn(damage: LedgerDamage): void {
    this.setMeta.run('damage', Buffer.from(damage.message));
    this.commit();
  }

  close(): void {
    this.commit();
    this.database.close();
  }
}
