import type { Session } from '../postgres/database.js';
import { Groups } from '../postgres/groups.js';
import type { EventRow } from './event-row.js';
import { insertEvents } from './insert-event.js';

/** Where events are made durable. */
export interface EventSink {
  record(rows: readonly EventRow[]): Promise<void>;
}

/** Counted in events. */
const GATHERING = { parallel: 1, largest: 2_000, mostWaiting: 100_000 };
const KINDS = { kindOf: () => '', mayBeOfOne: () => false };

/** Events that become durable with the transaction they belong to, those asked for at once in one statement. */
export class JoinedEvents implements EventSink {
  readonly #groups: Groups<readonly EventRow[], true>;

  constructor(session: Session) {
    const insert = async (requests: readonly (readonly EventRow[])[]) => {
      await insertEvents(requests.flat(), session);
      return requests.map(() => true as const);
    };
    this.#groups = new Groups(insert, GATHERING, (rows) => rows.length, KINDS);
  }

  async record(rows: readonly EventRow[]): Promise<void> {
    if (rows.length > 0) await this.#groups.add(rows);
  }
}
