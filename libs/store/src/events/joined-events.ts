import type { Session } from '../postgres/database.js';
import type { EventRow } from './event-row.js';
import { insertEvents } from './insert-event.js';

/** Where events are made durable. */
export interface EventSink {
  record(rows: readonly EventRow[]): Promise<void>;
}

/** Events that become durable with the transaction they belong to. */
export class JoinedEvents implements EventSink {
  constructor(private readonly session: Session) {}

  async record(rows: readonly EventRow[]): Promise<void> {
    if (rows.length > 0) await insertEvents(rows, this.session);
  }
}
