import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BlockPlace } from '../chain/block-file.js';

function place(row: Record<string, unknown>): BlockPlace {
  return { offset: Number(row.offset), length: Number(row.length), checksum: Number(row.crc) };
}

export class BlockPlaces {
  private readonly one: StatementSync;
  private readonly byHash: StatementSync;
  private readonly insert: StatementSync;

  constructor(private readonly database: DatabaseSync) {
    this.one = database.prepare('SELECT offset, length, crc FROM block WHERE number = ?');
    this.byHash = database.prepare('SELECT number FROM block WHERE hash = ?');
    this.insert = database.prepare('INSERT INTO block (number, offset, length, crc, hash) VALUES (?, ?, ?, ?, ?)');
  }

  get(number: number): BlockPlace | undefined {
    const row = this.one.get(number);
    return row && place(row);
  }

  /** Number of the block with this header hash. */
  find(hash: Uint8Array): number | undefined {
    const row = this.byHash.get(hash);
    return row && Number(row.number);
  }

  add(number: number, { offset, length, checksum }: BlockPlace, hash: Uint8Array): void {
    this.insert.run(number, offset, length, checksum, hash);
  }

  /** Those of the blocks [first, end), in the order of their numbers. */
  *between(first: number, end: number): Generator<BlockPlace> {
    const rows = this.database.prepare(
      'SELECT offset, length, crc FROM block WHERE number >= ? AND number < ? ORDER BY number',
    );
    rows.setReturnArrays(true);
    for (const row of rows.iterate(first, end)) {
      const [offset, length, checksum] = row as unknown as [number, number, number];
      yield { offset, length, checksum };
    }
  }
}
