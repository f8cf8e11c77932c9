import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { LedgerDamage } from '../chain/ledger-damage.js';
import { type TransactionStatus, Waiters } from '../chain/waiters.js';

export interface TransactionPlace extends TransactionStatus {
  index: number;
}

function idBytes(txId: string): Buffer {
  return /^[0-9a-f]{64}$/.test(txId) ? Buffer.from(txId, 'hex') : Buffer.from(`:${txId}`);
}

function checksum(id: Uint8Array, { block, index, flag }: TransactionPlace): number {
  return crc32(`${block} ${index} ${flag}`, crc32(id));
}

/** Where each transaction id was first seen. A later copy of an id never replaces it. Every row has a checksum of its own. */
export class DiskTransactions {
  private readonly waiters = new Waiters();
  private readonly one: StatementSync;
  private readonly insert: StatementSync;

  /** `damaged` is told of a row that is not as it was written, before whoever reads it is. */
  constructor(
    database: DatabaseSync,
    private readonly damaged: (damage: LedgerDamage) => void,
  ) {
    this.one = database.prepare('SELECT block, place, flag, crc FROM tx WHERE id = ?');
    this.insert = database.prepare('INSERT OR IGNORE INTO tx (id, block, place, flag, crc) VALUES (?, ?, ?, ?, ?)');
  }

  get(txId: string): TransactionPlace | undefined {
    const id = idBytes(txId);
    const row = this.one.get(id);
    if (row === undefined) return undefined;
    const place = { block: Number(row.block), index: Number(row.place), flag: Number(row.flag) };
    if (row.crc === checksum(id, place)) return place;
    const damage = new LedgerDamage(`What became of transaction ${JSON.stringify(txId)} is not as it was written`);
    this.damaged(damage);
    throw damage;
  }

  add(txId: string, place: TransactionPlace): void {
    if (txId === '') return;
    const id = idBytes(txId);
    const { changes } = this.insert.run(id, place.block, place.index, place.flag, checksum(id, place));
    if (changes === 1) this.waiters.tell(txId, place);
  }

  /** The place as soon as there is one. Rejects with the signal's reason. */
  async whenKnown(txId: string, signal: AbortSignal): Promise<TransactionStatus> {
    return this.get(txId) ?? this.waiters.wait(txId, signal);
  }
}
