// From where on events without a place are looked for: how far each id has its event, or will never have one
import { OPEN, settledUpTo } from './outbox.js';
import type { Query } from './query.js';

interface Asked {
  /** An id that has its place: every lower one was given out before. */
  upTo: string;
  /** Transactions that may still commit events with lower ids. */
  writers: ReadonlySet<string>;
}

/**
 * Who writes events now. A statement that inserts some takes this lock before it draws their ids and has it until all see whether
 * it committed.
 */
async function writers(query: Query): Promise<Set<string>> {
  const rows = await query<{ id: string }>(
    `SELECT DISTINCT virtualtransaction AS id FROM pg_locks
     WHERE locktype = 'relation' AND relation = 'event'::regclass AND mode = 'RowExclusiveLock' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Moves the mark behind which events are looked for, in steps: notes the last place and who writes; when none of those writes any more,
 * what is missing below was rolled back, and the mark moves there, unless an event there still waits for its place. Nothing depends
 * on how often it is called; without it looking gets slower.
 */
export class Settling {
  private asked: Asked | undefined;

  constructor(private readonly query: Query) {}

  async step(): Promise<void> {
    this.asked ??= await this.ask();
    if (this.asked === undefined) return;
    const { upTo, writers: before } = this.asked;
    const now = before.size === 0 ? before : await writers(this.query);
    const left = new Set([...before].filter((id) => now.has(id)));
    // In a statement of its own, after it is known who is left: it sees all that the others have committed.
    this.asked = left.size === 0 && (await this.settle(upTo)) ? undefined : { upTo, writers: left };
  }

  private async ask(): Promise<Asked | undefined> {
    const [row] = await this.query<{ up_to: string }>(
      'SELECT last_event::text AS up_to FROM event_place WHERE last_event > $1 ORDER BY first_event DESC LIMIT 1',
      [await settledUpTo(this.query)],
    );
    return row && { upTo: row.up_to, writers: await writers(this.query) };
  }

  private async settle(upTo: string): Promise<boolean> {
    const rows = await this.query(
      `WITH ${OPEN}, settled AS (
         UPDATE event_settled SET up_to = $2::bigint WHERE up_to < $2::bigint AND NOT EXISTS (
           SELECT FROM open CROSS JOIN LATERAL (SELECT FROM event WHERE id > after AND id < LEAST(before, $2::bigint) LIMIT 1) AS found)
         RETURNING 1
       ) SELECT 1 FROM settled`,
      [await settledUpTo(this.query), upTo],
    );
    return rows.length === 1;
  }
}
