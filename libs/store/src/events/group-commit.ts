import type { Session } from '../postgres/database.js';
import { Groups } from '../postgres/groups.js';
import { isEventRefused } from '../postgres/unavailable.js';
import type { EventRow } from './event-row.js';
import { insertEvents } from './insert-event.js';

/** Counted in events. */
const GATHERING = { parallel: 4, apart: 10, largest: 2_000, mostWaiting: 50_000 };
const KINDS = { kindOf: () => '', mayBeOfOne: isEventRefused };

/**
 * Makes events durable together, in one insert and one commit. An event that Postgres refuses fails alone; after a lost connection nobody
 * knows, so none is tried again, or it might be on record twice.
 */
export class GroupCommit {
  readonly #groups: Groups<readonly EventRow[], true>;

  /** `done` is called after each insert. */
  constructor(session: Session, done: () => void) {
    const insert = async (requests: readonly (readonly EventRow[])[]) => {
      await insertEvents(requests.flat(), session);
      done();
      return requests.map(() => true as const);
    };
    this.#groups = new Groups(insert, GATHERING, (rows) => rows.length, KINDS);
  }

  /** Resolves when these events are durable. */
  async record(rows: readonly EventRow[]): Promise<void> {
    if (rows.length > 0) await this.#groups.add(rows);
  }
}
