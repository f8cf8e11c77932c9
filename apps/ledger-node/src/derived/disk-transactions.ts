import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type TransactionStatus, Waiters } from '../chain/waiters.js';

export interface TransactionPlace extends TransactionStatus {
  index: number;
}

function idBytes(txId: string): Buffer {
  return /^[0-9a-f]{64}$/.test(txId) ? Buffer.from(txId, 'hex') : Buffer.from(`:${txId}`);
}

/** Where each transaction id was first seen. A later copy of an id never replaces it. */
export class DiskTransactions {
  private readonly waiters = new Waiters();
  private readonly one: StatementSync;
  private readonly insert: StatementSync;

  constructor(database: DatabaseSync) {
    this.one = database.prepare('SELECT block, place, flag FROM tx WHERE id = ?');
    this.insert = database.prepare('INSERT OR IGNORE INTO tx (id, block, place, flag) VALUES (?, ?, ?, ?)');
  }

  get(txId: string): TransactionPlace | undefined {
    const row = this.one.get(idBytes(txId));
    return row && { block: Number(row.block), index: Number(row.place), flag: Number(row.flag) };
  }

  add(txId: string, place: TransactionPlace): void {
    if (txId === '') return;
    const { changes } = this.insert.run(idBytes(txId), place.block, place.index, place.flag);
    if (changes === 1) this.waiters.tell(txId, place);
  }

  /** The place as soon as there is one. Rejects with the signal's reason. */
  async whenKnown(txId: string, signal: AbortSignal): Promise<TransactionStatus> {
    return this.get(txId) ?? this.waiters.wait(txId, signal);
  }
}
