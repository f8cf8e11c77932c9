import type { Session } from './database.js';
import { prepared } from './statement.js';

/** Microseconds after which an estimate is not made from the last answer any more. */
const FRESH = 1_000_000n;

/** The clock of Postgres, asked once for all who ask in one turn of the event loop. */
export class Clock {
  #asked: Promise<bigint> | undefined;
  #answer: { readonly postgres: bigint; readonly here: bigint } | undefined;
  #latest = 0n;

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

  /**
   * The time by Postgres, mostly without asking: its last answer, at most a second old, moved on by the monotonic clock of
   * this machine. Late by what that answer took to arrive, so not ahead unless a clock was set; the statement that uses
   * it checks that, and {@link forget} makes the next one ask. Never before an estimate that was given earlier.
   */
  async estimate(): Promise<bigint> {
    const answer = this.#answer;
    const passed = answer === undefined ? FRESH : monotonic() - answer.here;
    const estimate = answer === undefined || passed >= FRESH ? await this.now() : answer.postgres + passed;
    if (estimate > this.#latest) this.#latest = estimate;
    return this.#latest;
  }

  forget(): void {
    this.#answer = undefined;
    this.#latest = 0n;
  }

  async #ask(): Promise<bigint> {
    const [row] = await this.session.run<{ now: string }>(prepared(() => 'SELECT micros(clock_timestamp()) AS now'));
    if (row === undefined) throw new Error('a clock always answers');
    const postgres = BigInt(row.now);
    this.#answer = { postgres, here: monotonic() };
    return postgres;
  }
}

function monotonic(): bigint {
  return process.hrtime.bigint() / 1000n;
}
