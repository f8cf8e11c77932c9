import type { Session } from './database.js';
import { prepared } from './statement.js';

/** Asks Postgres for the time, once for all who ask in one turn of the event loop. */
export class Clock {
  #asked: Promise<bigint> | undefined;

  constructor(readonly session: Session) {}

  /** Microseconds since 1970, never older than the call. */
  now(): Promise<bigint> {
    this.#asked ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#asked = undefined;
        this.#ask().then(resolve, reject);
      });
    });
    return this.#asked;
  }

  async #ask(): Promise<bigint> {
    const [row] = await this.session.run<{ now: string }>(prepared(() => 'SELECT micros(clock_timestamp()) AS now'));
    if (row === undefined) throw new Error('a clock always answers');
    return BigInt(row.now);
  }
}
