import type { Bind } from '#libs/consent';
import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';

/** The worker listens here. A call that is lost is made good by its polling. */
export const EVENT_CHANNEL = 'holdfast_event';

/** What the call carries where a Consent may be among what is new. */
export const NEW_CONSENT = 'consent';

/** How long calls gather, in milliseconds: a tenth of what a batch takes, and few transactions however many events there are. */
const GATHER = 20;

/**
 * Tells the worker that there are events, in a transaction of its own: Postgres lets transactions that notify commit one by
 * one only, which would undo the group commit of all others. That transaction holds nothing, so it does not wait for the disk.
 */
export class WakeUp {
  #timer: NodeJS.Timeout | undefined;
  #consent = false;
  #closed = false;

  constructor(readonly session: Session) {}

  /** Call after the events are durable. `consent`: a Consent may have been written. Never fails. */
  readonly soon = (consent = false): void => {
    if (this.#closed) return;
    this.#consent ||= consent;
    this.#timer ??= setTimeout(() => void this.#call(), GATHER).unref();
  };

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #call(): Promise<void> {
    this.#timer = undefined;
    const payload = this.#consent ? NEW_CONSENT : '';
    this.#consent = false;
    const call = (bind: Bind) =>
      `SELECT set_config('synchronous_commit', 'off', true), pg_notify(${bind(EVENT_CHANNEL)}, ${bind(payload)})`;
    await this.session.run(prepared(call)).catch(() => undefined);
  }
}
