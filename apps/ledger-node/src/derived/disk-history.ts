import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StateKey } from '#libs/fabric-block';
import { keyBytes } from './disk-state.js';

const PAGE = 256;

/** Which blocks changed a key. What they did to it is in the blocks. */
export class DiskHistory {
  private readonly before: StatementSync;
  private readonly insert: StatementSync;

  constructor(database: DatabaseSync) {
    this.before = database.prepare('SELECT block FROM history WHERE key = ? AND block < ? ORDER BY block DESC LIMIT ?');
    this.insert = database.prepare('INSERT OR IGNORE INTO history (key, block) VALUES (?, ?)');
  }

  add(keys: Iterable<StateKey>, block: number): void {
    for (const key of keys) this.insert.run(keyBytes(key), block);
  }

  /** Block numbers below `height`, the newest first; read a page at a time. */
  *get(namespace: string, key: string, height: number): Generator<number> {
    const bytes = keyBytes({ namespace, key });
    for (let below = height; ; ) {
      const page = this.before.all(bytes, below, PAGE).map(({ block }) => Number(block));
      yield* page;
      if (page.length < PAGE) return;
      below = page.at(-1)!;
    }
  }
}
