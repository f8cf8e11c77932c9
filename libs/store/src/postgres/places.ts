import { unavailable } from '#libs/fhir-model';

/** Who waits longer than this order of magnitude gets nothing by waiting more. */
const MOST_WAITING = 5_000;
const RETRY_AFTER_SECONDS = 2;

/** So many may be inside at once; the others wait in the order in which they came. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Runs `work` when there is a place. @throws FhirError 503 where too many wait already. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.length >= MOST_WAITING) throw unavailable('Too many requests are waiting', RETRY_AFTER_SECONDS);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
