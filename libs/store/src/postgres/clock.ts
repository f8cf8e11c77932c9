import type { Session } from './database.js';
import { prepared } from './statement.js';

/** Microseconds after the last answer until which the clock is not asked again for an estimate. */
const FRESH = 1_000_000n;
/** How many answers an estimate is made from, and how many there must be before the first. */
const KEPT = 16;
const AT_FIRST = 4;

/** The clock of Postgres, asked once for all who ask in one turn of the event loop. */
export class Clock {
  #asked: Promise<bigint> | undefined;
  /** By how much this clock is ahead of the monotonic one here, by the latest answers: each too little by what it took to arrive. */
  #offsets: bigint[] = [];
  #offset = 0n;
  #answered = 0n;
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
   * The time by Postgres, mostly without asking: the monotonic clock of this machine, moved by the nearest of its last answers. Late by what
   * that answer took to arrive, some tenths of a millisecond, so not ahead unless a clock was set; the statement that uses
   * it checks that, and {@link forget} makes the next one ask. Never before an estimate that was given earlier.
   */
  async estimate(): Promise<bigint> {
    if (this.#offsets.length === 0 || monotonic() - this.#answered >= FRESH) await this.now();
    const estimate = monotonic() + this.#offset;
    if (estimate > this.#latest) this.#latest = estimate;
    return this.#latest;
  }

  forget(): void {
    this.#offsets = [];
    this.#latest = 0n;
  }

  async #ask(): Promise<bigint> {
    let postgres = await this.#askOnce();
    while (this.#offsets.length < AT_FIRST) postgres = await this.#askOnce();
    return postgres;
  }

  async #askOnce(): Promise<bigint> {
    const [row] = await this.session.run<{ now: string }>(prepared(() => 'SELECT micros(clock_timestamp()) AS now'));
    if (row === undefined) throw new Error('a clock always answers');
    const postgres = BigInt(row.now);
    this.#answered = monotonic();
    this.#offsets = [...this.#offsets.slice(1 - KEPT), postgres - this.#answered];
    this.#offset = largest(this.#offsets);
    return postgres;
  }
}

function largest(numbers: readonly bigint[]): bigint {
  return numbers.toSorted((a, b) => Number(b - a))[0] ?? 0n;
}

function monotonic(): bigint {
  return process.hrtime.bigint() / 1000n;
}
