import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { StateKey } from '#libs/fabric-block';
import { LedgerDamage } from '../chain/ledger-damage.js';
import { keyBytes } from './disk-state.js';

const PAGE = 256;

function checksum(key: Uint8Array, block: number): number {
  return crc32(`${block}`, crc32(key));
}

/** Which blocks changed a key. What they did to it is in the blocks. Every row has a checksum of its own. */
export class DiskHistory {
  private readonly before: StatementSync;
  private readonly insert: StatementSync;

  /** `damaged` is told of a row that is not as it was written, before whoever reads it is. */
  constructor(
    database: DatabaseSync,
    private readonly damaged: (damage: LedgerDamage) => void,
  ) {
    this.before = database.prepare(
      'SELECT block, crc FROM history WHERE key = ? AND block < ? ORDER BY block DESC LIMIT ?',
    );
    this.insert = database.prepare('INSERT OR IGNORE INTO history (key, block, crc) VALUES (?, ?, ?)');
  }

  add(keys: Iterable<StateKey>, block: number): void {
    for (const key of keys) {
      const bytes = keyBytes(key);
      this.insert.run(bytes, block, checksum(bytes, block));
    }
  }

  /** Block numbers below `height`, the newest first; read a page at a time. */
  *get(namespace: string, key: string, height: number): Generator<number> {
    const bytes = keyBytes({ namespace, key });
    // From the end on, so that a row that was moved there is found as well.
    for (let below = Number.MAX_SAFE_INTEGER; ; ) {
      const page = this.before.all(bytes, below, PAGE).map((row) => this.checked(bytes, Number(row.block), row.crc));
      for (const block of page) if (block < height) yield block;
      if (page.length < PAGE) return;
      below = page.at(-1)!;
    }
  }

  private checked(key: Uint8Array, block: number, crc: unknown): number {
    if (crc === checksum(key, block)) return block;
    const damage = new LedgerDamage('The history of a key is not as it was written');
    this.damaged(damage);
    throw damage;
  }
}
